"""Reading, registering a handle, posting, commenting, liking, sharing."""

from fastapi import APIRouter, Request, Response

from .accounts import Account, read_handle
from .current_account import current_account, freshen
from .feed_store import Feed
from .pages import go, read_form, render
from .store import Accounts
from .words import translate

router = APIRouter()

MAX_POST = 500
MAX_COMMENT = 300
TAKEN = "This handle is taken. Try another one."
MALFORMED = "Use 3 to 20 letters a–z, digits, dots or underscores."


@router.get("/")
async def feed(request: Request) -> Response:
    """The feed: for everybody to read. Who has no account is shown how to get one."""
    account = await current_account(request)
    return await render_feed(request, account)


@router.post("/register")
async def register(request: Request) -> Response:
    """Open an account under a handle. Nothing else is asked."""
    form = await read_form(request)
    handle = read_handle(form.get("handle", ""))
    accounts: Accounts = request.app.state.accounts
    account = accounts.create(handle) if handle else None
    if account is None:
        problem, status = (TAKEN, 409) if handle else (MALFORMED, 422)
        return await render_feed(request, None, handle=form.get("handle", ""), problem=problem, status=status)
    request.session["visit"] = accounts.start_visit(account.account_id).visit_id
    return go("/")


@router.get("/posts/{post_id}")
async def post(request: Request, post_id: str) -> Response:
    """One post with its comments."""
    account = await current_account(request)
    await freshen(request, feed_of(request).authors_of_post(post_id))
    found = feed_of(request).find_post(post_id, account.account_id if account else None)
    if found is None:
        return render(request, "missing.html", status=404)
    return render(request, "post.html", post=found, comments=feed_of(request).comments_of(post_id))


@router.post("/posts")
async def add_post(request: Request) -> Response:
    """Publish a post."""
    form = await read_form(request)
    account = await allowed_account(request, "post")
    if account and (text := form.get("text", "").strip()[:MAX_POST]):
        feed_of(request).add_post(account.account_id, text)
        notice(request, "Posted.")
    return go("/")


@router.post("/posts/{post_id}/comments")
async def add_comment(request: Request, post_id: str) -> Response:
    """Comment on a post."""
    form = await read_form(request)
    account = await allowed_account(request, "comment")
    if account and feed_of(request).find_post(post_id, None) and (text := form.get("text", "").strip()[:MAX_COMMENT]):
        feed_of(request).add_comment(post_id, account.account_id, text)
    return go(f"/posts/{post_id}")


@router.post("/posts/{post_id}/like")
async def like(request: Request, post_id: str) -> Response:
    """Like a post or take the like back. A like speaks as a comment does, so it needs the same capability."""
    form = await read_form(request)
    account = await allowed_account(request, "comment")
    if account and feed_of(request).find_post(post_id, None):
        feed_of(request).toggle_like(post_id, account.account_id)
    return go(f"/posts/{post_id}" if form.get("back") == "post" else f"/#p-{post_id}")


@router.post("/posts/{post_id}/share")
async def share(request: Request, post_id: str) -> Response:
    """Pass a post on; of a shared post, the original."""
    await read_form(request)
    account = await allowed_account(request, "share")
    original = feed_of(request).find_post(post_id, None)
    if account and original:
        original = original.shared or original
        feed_of(request).add_post(account.account_id, "", shared=original.post_id)
        notice(request, "Shared.")
    return go("/")


async def render_feed(
    request: Request, account: Account | None, *, handle: str = "", problem: str | None = None, status: int = 200
) -> Response:
    """The feed, with the problem of a registration that failed."""
    feed_ = feed_of(request)
    await freshen(request, [*feed_.authors_of_latest(), *(each.author for each in feed_.running_streams())])
    posts = feed_.latest(account.account_id if account else None)
    values = {"posts": posts, "streams": feed_.running_streams(), "handle": handle, "problem": problem}
    return render(request, "feed.html", status=status, **values)


async def allowed_account(request: Request, action: str) -> Account | None:
    """The visitor's account if the provider, asked just now, allows the action; else None, with a notice saying why."""
    account = await current_account(request)
    if account is None:
        notice(request, "Choose a handle first.")
        return None
    capability = account.capability(action)
    if not capability.allowed:
        request.session["notice"] = {"tone": "stop", "reason": capability.reason, "law": capability.legal_reference}
        return None
    return account


def notice(request: Request, text: str) -> None:
    """Leave a sentence for the next page."""
    request.session["notice"] = {"tone": "good", "text": translate(request.state.language, text)}


def feed_of(request: Request) -> Feed:
    """What people said."""
    feed_: Feed = request.app.state.feed
    return feed_
