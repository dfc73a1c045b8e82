"""What makes the page an app that a phone installs: name, icons and colours (W3C Web App Manifest), the worker that the
browser keeps (W3C Service Workers), and the page that it shows where there is no connection."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from vneid_idp.phone.access import HOME
from vneid_idp.phone.pages import page
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, locale_of
from vneid_idp.web.responses import NO_STORE, json_response
from vneid_idp.web.static import DIRECTORY, static_url

_SIZES = (192, 512)


async def manifest(request: Request) -> Response:
    """The manifest, in the language of the page that names it."""
    answer = json_response(
        {
            "id": HOME,
            "start_url": HOME,
            "scope": HOME,
            "display": "standalone",
            "lang": locale_of(request),
            "name": gettext(request, "Identity app (sample)"),
            "short_name": gettext(request, "Identity app"),
            "background_color": "#f6f3ee",
            "theme_color": "#0f5257",
            "icons": [
                {
                    "src": static_url(f"phone-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for size in _SIZES
            ],
        }
    )
    answer.headers["Content-Type"] = "application/manifest+json"
    return answer


async def worker(request: Request) -> Response:
    """The service worker, which may serve `/phone` and what lies below. Its address names the language of the page, so
    that another one is another worker, which keeps its words anew."""
    headers = NO_STORE | {"Service-Worker-Allowed": HOME}
    return FileResponse(DIRECTORY / "phone_worker.js", media_type="text/javascript", headers=headers)


async def offline(request: Request) -> Response:
    """What the worker keeps; the same for everybody."""
    return page(request, "offline")


doors = [
    Door.api(f"{HOME}/app.webmanifest", manifest),
    Door.api(f"{HOME}/worker.js", worker),
    Door.page(f"{HOME}/offline", offline),
]
