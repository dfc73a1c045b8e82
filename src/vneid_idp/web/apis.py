"""The JSON APIs: FastAPI reads their bodies, checks their types and describes them. Nothing else goes through it."""

from collections.abc import Mapping

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.types import ASGIApp

from vneid_idp.web.doors import Area, DoorKind


class JsonApis(FastAPI):
    """All JSON APIs: each router under the prefix that all its addresses begin with."""

    def __init__(self, routers: Mapping[str, APIRouter]) -> None:
        # No redirect to the address without a slash: it would lead to whatever `Host` says.
        super().__init__(openapi_url=None, redirect_slashes=False)
        for router in routers.values():
            self.include_router(router)
        self.areas = tuple(Area(DoorKind.API, prefix, self) for prefix in routers)

    def build_middleware_stack(self) -> ASGIApp:
        """Without FastAPI's own answers to errors: those that escape are answered by the root, all in one place."""
        return AsyncExitStackMiddleware(self.router)
