"""Asking the provider about the visitor's account: once with each page of theirs, and before anything is done.

A link that was released elsewhere is gone from the next page on: no other word than an answer tells of it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from fastapi import Request

from .accounts import Account
from .feed_store import Feed
from .provider import Provider, ProviderUnreachable, Refused
from .store import Accounts, now

MOST_ASKED = 8
"""How many accounts of others one page asks the provider about, at most."""


async def current_account(request: Request) -> Account | None:
    """The visitor's account with what the provider says of it now.

    While the provider is silent its last word stands, except after a log-out from there: then the account is locked.
    """
    account: Account | None = request.state.account
    if account is None or account.resident or account.account_id == request.state.asked_about:
        return account
    request.state.asked_about = account.account_id
    asked = await ask_about(request, account)
    if asked is None:
        request.state.provider_silent = True
        if account.checked_at == 0:
            account = replace(account, status=None)
    else:
        account = asked
    request.state.account = account
    return account


async def freshen(request: Request, accounts: Iterable[Account]) -> None:
    """Ask the provider again about accounts that show a badge by an old word, so that no reader sees one too long."""
    oldest_good = now() - request.app.state.config.status_seconds
    old = {a.account_id: a for a in accounts if not a.resident and a.is_linked and a.checked_at < oldest_good}
    asked = sorted(old.values(), key=lambda account: account.checked_at)[:MOST_ASKED]
    await asyncio.gather(*(ask_about(request, account) for account in asked))


async def ask_about(request: Request, account: Account) -> Account | None:
    """The account with what the provider says of it now; nothing while the provider is silent.

    A livestream that the account may not have any more ends.
    """
    provider: Provider = request.app.state.provider
    accounts: Accounts = request.app.state.accounts
    feed: Feed = request.app.state.feed
    try:
        status = await provider.status(account.account_id)
    except (ProviderUnreachable, Refused):
        return None
    accounts.record_status(account.account_id, status)
    found = accounts.find(account.account_id)
    if found is not None:
        for action, commercial in (("livestream", False), ("commercial_livestream", True)):
            if not found.may(action):
                feed.end_streams(found.account_id, commercial=commercial)
    return found
