"""What makes the page an app that a phone installs (W3C Web App Manifest): name, icons, colours."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.phone.access import HOME
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, locale_of
from vneid_idp.web.responses import json_response
from vneid_idp.web.static import static_url

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


doors = [Door.api(f"{HOME}/app.webmanifest", manifest)]
