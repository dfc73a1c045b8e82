"""The registry server as an application."""

from starlette.types import ASGIApp

from vneid_idp.sandbox.country.server.routes import router
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.signed_server.app import signed_app
from vneid_idp.signed_http.signatures import Signatures


def create_registry(registry: SyntheticRegistry, signatures: Signatures, url: str) -> ASGIApp:
    """The server of `registry` under the address `url`."""
    return signed_app(router, registry, signatures, url)
