"""Header fields of a request, read where the server has put them.

Starlette's mapping copies the list of each request and encodes the name at each look, and a field that is not there is
an exception: together a twentieth of what a token costs.
"""

from typing import overload

from starlette.requests import HTTPConnection


@overload
def header(request: HTTPConnection, name: bytes) -> str | None: ...
@overload
def header(request: HTTPConnection, name: bytes, default: str) -> str: ...
def header(request: HTTPConnection, name: bytes, default: str | None = None) -> str | None:
    """The value of the first field called `name`, in small letters as ASGI has it; `default` where there is none."""
    for key, value in request.scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return default


def headers(request: HTTPConnection, name: bytes) -> list[str]:
    """The values of all fields called `name`, in their order (RFC 9110 §5.3)."""
    return [str(value, "latin-1") for key, value in request.scope["headers"] if key == name]
