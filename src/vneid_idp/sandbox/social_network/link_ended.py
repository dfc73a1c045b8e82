"""A link that ended elsewhere, at the provider's own pages: whoever used the account is told once, in each browser, on
a page that explains."""

from fastapi import Request, Response

from .current_account import current_account
from .feed import notice
from .pages import go


async def page_that_explains(request: Request) -> Response | None:
    """The way to the page that says that the link was ended, for who has not been told in this browser.

    A withdrawal signs out as well: then it is told of the account whose visit that ended. Whoever knows of the end
    already, and whoever was signed out without one, is told that on the page that they opened.
    """
    signed_out = request.state.account is None
    if signed_out:
        request.state.account = request.app.state.accounts.account_signed_out_elsewhere(request.session.get("visit"))
    account = await current_account(request)
    ended_at = account.link_ended_at if account else None
    explained = ended_at is None or request.session.get("told_of_end") == ended_at
    if signed_out:
        request.state.account = None
        if not request.state.provider_silent:
            request.session.pop("visit", None)  # there is no more to be learnt of it
            if account is not None and explained:
                notice(request, "The provider has signed you out here as well. You can sign in again at any time.")
    if explained:
        return None
    request.session["told_of_end"] = ended_at
    request.session["outcome"] = {"code": "link_ended", "kind": "own"}
    return go("/outcome")
