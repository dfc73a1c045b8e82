"""All doors of `numbers/v1`."""

from fastapi import APIRouter

from vneid_idp.numbers import instructions, reports, routes

router = APIRouter()
for _part in (routes, reports, instructions):
    router.include_router(_part.router)
