"""Static files: served with the page's own origin, named by their content, cached for good."""

from functools import cache
from hashlib import sha256
from os import PathLike, stat_result
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIRECTORY = Path(__file__).parent / "static"
_YEAR = 365 * 24 * 3600


@cache
def static_url(name: str) -> str:
    """`/static/app.css?v=…` with the digest of the content; raises `FileNotFoundError` for a file that is not there."""
    return f"/static/{name}?v={sha256((DIRECTORY / name).read_bytes()).hexdigest()[:10]}"


class Static(StaticFiles):
    """Serves `web/static` under `/static`. What is asked for by its digest never changes; neither do fonts."""

    def __init__(self) -> None:
        super().__init__(directory=DIRECTORY)

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file with its time to live."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        lasting = scope["query_string"].startswith(b"v=") or str(full_path).endswith(".woff2")
        response.headers["cache-control"] = f"public, max-age={_YEAR}, immutable" if lasting else "public, max-age=300"
        return response
