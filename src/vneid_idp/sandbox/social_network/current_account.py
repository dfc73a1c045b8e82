"""Keeping the provider's word on an account fresh, and asking it before anything is done."""

from dataclasses import replace

from fastapi import Request

from .accounts import Account
from .provider import Provider, ProviderUnreachable, Refused
from .store import Accounts, now


async def current_account(request: Request, *, fresh: bool = False) -> Account | None:
    """The visitor's account with the provider's word on it, asked again when that is old or `fresh` is wanted.

    While the provider is silent its last word stands, except after a log-out from there: then the account is locked.
    """
    account: Account | None = request.state.account
    if account is None or account.resident:
        return account
    age = now() - account.checked_at
    if not fresh and age < request.app.state.config.status_seconds:
        return account
    asked = await ask_about(request, account)
    if asked is None:
        request.state.provider_silent = True
        if account.checked_at == 0:
            account = replace(account, status=None)
    else:
        account = asked
    request.state.account = account
    return account


async def ask_about(request: Request, account: Account) -> Account | None:
    """The account with what the provider says of it now; nothing while the provider is silent."""
    provider: Provider = request.app.state.provider
    accounts: Accounts = request.app.state.accounts
    try:
        status = await provider.status(account.account_id)
    except (ProviderUnreachable, Refused):
        return None
    accounts.record_status(account.account_id, status)
    return accounts.find(account.account_id)
