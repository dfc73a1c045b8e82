"""What everybody may look at: the numbers on sale, what buying one takes, and the small print."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from .outcomes import outcome_of
from .pages import go, read_form, render
from .shelf import is_ours, on_show
from .store import Store
from .words import LANGUAGES

router = APIRouter()
THEMES = ("auto", "light", "dark")


@router.get("/")
async def shelf(request: Request) -> Response:
    """The numbers on sale."""
    store: Store = request.app.state.store
    return render(request, "shelf.html", numbers=on_show(store.sold()))


@router.get("/numbers/{local}")
async def number(request: Request, local: str) -> Response:
    """One of them: how it is paid, and what will be asked, by whom and why."""
    phone = f"+84{local}"
    store: Store = request.app.state.store
    if not is_ours(phone):
        return render(request, "missing.html", status=404)
    if phone in store.sold():
        return end(request, "sold")
    own = store.numbers_of(request.session["subject"]) if "subject" in request.session else []
    return render(request, "number.html", number=phone, own=own)


@router.get("/outcome")
async def outcome(request: Request) -> Response:
    """How something ended. A page of its own, so that a reload does nothing twice."""
    ended = request.session.get("outcome")
    if not ended:
        return go("/")
    return render(
        request,
        "outcome.html",
        outcome=outcome_of(ended["code"]),
        ended=ended,
        staff=ended["code"].startswith("point_"),
    )


def end(request: Request, code: str, **more: str) -> Response:
    """Note how something ended and show it."""
    request.session["outcome"] = {"code": code[:60], "order": "", "number": "", **more}
    return go("/outcome")


@router.post("/preferences")
async def preferences(request: Request) -> Response:
    """Language and theme, kept in the session."""
    form = await read_form(request)
    if form.get("language") in LANGUAGES:
        request.session["language"] = form["language"]
    if form.get("theme") in THEMES:
        request.session["theme"] = form["theme"]
    back = urlsplit(form.get("back", "/"))
    inside = not back.scheme and not back.netloc and back.path.startswith("/") and not back.path.startswith("//")
    return go(back.path if inside and "\\" not in back.path else "/")


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What is kept, why, and how long."""
    return render(request, "privacy.html")


@router.get("/terms")
async def terms(request: Request) -> Response:
    """Next to nothing: it is a sandbox."""
    return render(request, "terms.html")
