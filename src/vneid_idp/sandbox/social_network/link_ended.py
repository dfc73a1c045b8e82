"""A link that ended elsewhere, at the provider's own pages: whoever used the account is told once, in each browser, on
a page that explains, and nobody sees a badge that has gone."""

import asyncio
from collections.abc import Iterable

from fastapi import Request, Response

from .accounts import Account
from .current_account import ask_about, current_account
from .pages import go
from .store import now

MOST_ASKED = 8
"""How many accounts of others one page asks the provider about, at most."""


async def page_that_explains(request: Request) -> Response | None:
    """The way to the page that says that the link was ended, for who has not been told in this browser.

    A withdrawal signs out as well: then it is told of the account whose visit that ended.
    """
    signed_out = request.state.account is None
    if signed_out:
        request.state.account = request.app.state.accounts.account_signed_out_elsewhere(request.session.get("visit"))
    account = await current_account(request)
    ended_at = account.link_ended_at if account else None
    if signed_out:
        request.state.account = None
        if not request.state.provider_silent:
            request.session.pop("visit", None)  # there is no more to be learnt of it
    if ended_at is None or request.session.get("told_of_end") == ended_at:
        return None
    request.session["told_of_end"] = ended_at
    request.session["outcome"] = {"code": "link_ended", "kind": "own"}
    return go("/outcome")


async def freshen(request: Request, accounts: Iterable[Account]) -> None:
    """Ask the provider again about accounts that show a badge by an old word, so that no reader sees one too long."""
    oldest_good = now() - request.app.state.config.status_seconds
    old = {a.account_id: a for a in accounts if not a.resident and a.is_linked and a.checked_at < oldest_good}
    asked = sorted(old.values(), key=lambda account: account.checked_at)[:MOST_ASKED]
    await asyncio.gather(*(ask_about(request, account) for account in asked))
