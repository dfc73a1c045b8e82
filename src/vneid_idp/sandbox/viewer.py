"""The API viewer at `/docs`: Swagger UI from our own origin, showing our own contract."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.web.doors import Door
from vneid_idp.web.headers import allow_source
from vneid_idp.web.templates import render


async def viewer_page(request: Request) -> Response:
    """`GET /docs`."""
    # Swagger UI draws its icons from data URLs, and writes style attributes into the elements that it makes.
    allow_source(request, "img-src", "data:")
    allow_source(request, "style-src", "'unsafe-inline'")
    return render(request, "sandbox/viewer.html")


doors = [Door.page("/docs", viewer_page)]
