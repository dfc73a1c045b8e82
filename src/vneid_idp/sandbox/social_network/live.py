"""Simulated livestreams, plain and commercial."""

from fastapi import APIRouter, Request, Response

from .current_account import current_account, freshen
from .feed import allowed_account, feed_of
from .pages import go, read_form, render

router = APIRouter()

MAX_TITLE = 80


@router.get("/live")
async def studio(request: Request) -> Response:
    """The studio: who is live, and two ways to go live oneself, each with its own condition."""
    await current_account(request)
    await freshen(request, (each.author for each in feed_of(request).running_streams()))
    return render(request, "live.html", streams=feed_of(request).running_streams())


@router.post("/live")
async def start(request: Request) -> Response:
    """Go live. Selling while live is a different act with a different condition."""
    form = await read_form(request)
    commercial = form.get("kind") == "commercial"
    account = await allowed_account(request, "commercial_livestream" if commercial else "livestream")
    if account is None:
        return go("/live")
    title = form.get("title", "").strip()[:MAX_TITLE] or f"@{account.handle}"
    return go(f"/live/{feed_of(request).start_stream(account.account_id, title, commercial=commercial)}")


@router.get("/live/{stream_id}")
async def stream(request: Request, stream_id: str) -> Response:
    """A stream, as viewers see it."""
    await current_account(request)
    found = feed_of(request).find_stream(stream_id)
    if found is not None:
        await freshen(request, [found.author])
        found = feed_of(request).find_stream(stream_id)
    if found is None:
        return render(request, "missing.html", status=404)
    return render(request, "stream.html", stream=found)


@router.post("/live/{stream_id}/end")
async def end(request: Request, stream_id: str) -> Response:
    """End an own stream."""
    await read_form(request)
    if request.state.account is not None:
        feed_of(request).end_stream(stream_id, request.state.account.account_id)
    return go(f"/live/{stream_id}")
