"""The sandbox's own pages: front page, message outbox, explained errors, API viewer."""

from starlette.routing import Route

from vneid_idp.sandbox import front, outbox, prefill, viewer
from vneid_idp.sandbox.explanations import Explanations, explanation_page
from vneid_idp.sandbox.front import Demo


def routes(explanations: Explanations, demo: Demo) -> list[Route]:
    """The routes of the sandbox."""
    return [
        Route("/", front.front_page(demo), methods=["GET"]),
        Route("/sandbox/as/{slug}", prefill.choose, methods=["GET"]),
        Route("/sandbox/outbox", outbox.outbox_page, methods=["GET"]),
        Route("/sandbox/errors/{request_id}", explanation_page(explanations), methods=["GET"]),
        *viewer.routes,
    ]
