"""All doors of `numbers/v1`."""

from fastapi import APIRouter

from vneid_idp.numbers import instructions, routes

router = APIRouter()
for _part in (routes, instructions):
    router.include_router(_part.router)
