"""`face-matcher serve`: a matcher of faces on the sandbox's invented people, to develop against."""

from typing import TYPE_CHECKING, Annotated

import typer

from vneid_idp.cli.authority_servers import serve_beside
from vneid_idp.cli.terminal import settings_of
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from vneid_idp.signed_http.signatures import Signatures

app = typer.Typer(no_args_is_help=True, help="The matcher of faces: the sandbox's as a server.")


@app.callback()
def group() -> None:
    """Its one command is named, as those of all groups are."""


@app.command()
def serve(
    context: typer.Context, port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8004
) -> None:
    """Serve `face-matcher/v1` (openapi/face-matcher-v1.json) on the people of this sandbox, with keys of its own."""

    def create(registry: SyntheticRegistry, signatures: "Signatures", url: str) -> "ASGIApp":
        from vneid_idp.sandbox.faces.matcher import SyntheticMatcher
        from vneid_idp.sandbox.faces.server.routes import create_matcher

        return create_matcher(SyntheticMatcher(registry, SystemClock()), signatures, url)

    serve_beside(settings_of(context), port, "face-matcher", "face_matcher", create)
