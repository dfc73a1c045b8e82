"""What the network knows, refreshing and releasing, switching accounts, and every way to sign out."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from .config import Config
from .current_account import current_account
from .feed import feed_of, notice
from .known import facts
from .pages import go, read_fields, read_form, render
from .provider import LOG_OUT_TOKEN_SECONDS, Provider, ProviderUnreachable, Refused
from .store import Accounts, Visit

router = APIRouter()

THEMES = ("auto", "light", "dark")
SILENT = "The provider does not answer. We go by its last word."


@router.get("/known")
async def known(request: Request) -> Response:
    """Everything that is kept about the account, and what is not."""
    account = await current_account(request)
    if account is None:
        return go("/")
    return render(request, "known.html", facts=facts(account, request.state.language))


@router.post("/refresh")
async def refresh(request: Request) -> Response:
    """Ask the provider now."""
    await read_form(request)
    await current_account(request)
    notice(request, SILENT if request.state.provider_silent else "Checked with the provider just now.")
    return go("/known")


@router.get("/release")
async def ask_to_release(request: Request) -> Response:
    """Whether the binding is to be released: what follows is said before."""
    account = await current_account(request)
    if account is None or not account.is_linked:
        return go("/known")
    running = [each for each in feed_of(request).running_streams() if each.author.account_id == account.account_id]
    return render(request, "release.html", streams=running)


@router.post("/release")
async def release(request: Request) -> Response:
    """Release the binding: the account stays, and is locked."""
    await read_form(request)
    account = request.state.account
    provider: Provider = request.app.state.provider
    if account and account.binding:
        try:
            await provider.release(account.binding["binding_id"])
        except (ProviderUnreachable, Refused):
            notice(request, "The provider does not answer. Please try again in a moment.")
            return go("/known")
        released = await current_account(request)
        request.session["told_of_end"] = released.link_ended_at if released else None
        notice(request, "The link is released. The account can only view now.")
    return go("/known")


@router.get("/accounts")
async def choose(request: Request) -> Response:
    """The accounts that this person verified here."""
    account = await current_account(request)
    if account is None or account.subject is None:
        return go("/")
    return render(request, "accounts.html", own=accounts_of(request).of_subject(account.subject))


@router.post("/accounts")
async def switch(request: Request) -> Response:
    """Go on with another account of the same person."""
    form = await read_form(request)
    visit: Visit | None = request.state.visit
    if visit:
        accounts_of(request).switch_visit(visit.visit_id, form.get("account_id", ""))
    return go("/")


@router.post("/signout")
async def sign_out(request: Request) -> Response:
    """Sign out here, and at the provider too when this visit came with a proof (RP-initiated log-out)."""
    await read_form(request)
    visit: Visit | None = request.state.visit
    language, theme = request.state.language, request.session.get("theme", "auto")
    request.session.clear()
    request.session.update({"language": language, "theme": theme})
    if visit is None:
        return go("/signed-out")
    accounts_of(request).end_visit(visit.visit_id)
    provider: Provider = request.app.state.provider
    if visit.id_token:
        try:
            return await provider.log_out_redirect(request, visit.id_token, language)
        except ProviderUnreachable:
            pass
    return go("/signed-out")


@router.get("/signed-out")
async def signed_out(request: Request) -> Response:
    """The registered `post_logout_redirect_uri`. It changes nothing, so a forged visit to it is harmless."""
    for key in [key for key in request.session if key.startswith("_state_provider_")]:
        request.session.pop(key)
    return go("/") if request.state.account else render(request, "signed_out.html")


@router.post("/backchannel-logout")
async def back_channel_log_out(request: Request) -> Response:
    """The provider ends sessions, server to server (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8)."""
    fields = await read_fields(request)
    provider: Provider = request.app.state.provider
    accounts = accounts_of(request)
    headers = {"Cache-Control": "no-store"}
    try:
        claims = await provider.read_log_out_token(fields.get("logout_token", ""))
        if not accounts.remember_log_out_token(claims["jti"], LOG_OUT_TOKEN_SECONDS):
            raise Refused("invalid_request", "the log-out token was used before")
    except ProviderUnreachable:
        return JSONResponse({"error": "temporarily_unavailable"}, 400, headers)
    except Refused as refusal:
        body = {"error": refusal.code, "error_description": refusal.detail}
        return JSONResponse(body, 400, headers)
    subjects = accounts.end_visits(claims.get("sub"), claims.get("sid"))
    # A log-out may be a withdrawal: whatever the provider said before is asked again before it is believed.
    for subject in subjects:
        accounts.distrust(subject)
    return Response(status_code=200, headers=headers)


@router.get("/frontchannel-logout")
async def front_channel_log_out(request: Request) -> Response:
    """The provider ends a session in a frame of the browser (OpenID Connect Front-Channel Logout 1.0 §2).

    `sid` alone says which: cookies may be missing in a frame, and nobody but the provider and us knows the value.
    """
    config: Config = request.app.state.config
    named, accounts = request.query_params.get("sid"), accounts_of(request)
    if not named or request.query_params.get("iss") != config.issuer:
        return Response(status_code=400)
    for subject in accounts.end_visits(None, named):
        accounts.distrust(subject)
    policy = f"default-src 'none'; frame-ancestors {config.issuer_origin}"
    return Response(status_code=200, headers={"Cache-Control": "no-store", "Content-Security-Policy": policy})


@router.post("/preferences")
async def preferences(request: Request) -> Response:
    """Language and theme, kept in the session."""
    form = await read_form(request)
    if form.get("language") in ("vi", "en"):
        request.session["language"] = form["language"]
    if form.get("theme") in THEMES:
        request.session["theme"] = form["theme"]
    back = form.get("back", "/")
    return go(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """The privacy notice (`policy_uri`)."""
    return render(request, "privacy.html")


@router.get("/terms")
async def terms(request: Request) -> Response:
    """The terms (`tos_uri`)."""
    return render(request, "terms.html")


def accounts_of(request: Request) -> Accounts:
    """The network's accounts."""
    accounts: Accounts = request.app.state.accounts
    return accounts
