"""All doors of `numbers/v1`."""

from fastapi import APIRouter

from vneid_idp.numbers import disputes, instructions, ladder, registered, registers, reports, routes

router = APIRouter()
for _part in (routes, registers, registered, ladder, reports, instructions, disputes):
    router.include_router(_part.router)
