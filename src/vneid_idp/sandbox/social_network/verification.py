"""The trip to the provider and back: own proof, a parent's proof, signing in again."""

import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from .accounts import status_of_binding
from .attempts import Attempt, Attempts
from .current_account import current_account
from .pages import browser_of, go, leave_for, read_fields, read_form, render
from .provider import TRIPS, Proof, Provider, ProviderUnreachable, Refused
from .reasons import OUTCOMES, outcome_name
from .store import Accounts, Visit, now

router = APIRouter()


@router.get("/verify")
async def explain(request: Request) -> Response:
    """What will be asked, by whom, and why; before anything is asked."""
    account = await current_account(request)
    return render(request, "verify.html") if account else go("/")


@router.get("/parent")
async def explain_to_parent(request: Request) -> Response:
    """The same for a parent or guardian who holds the phone now."""
    account = await current_account(request)
    return render(request, "parent.html") if account else go("/")


@router.post("/verify")
async def verify(request: Request) -> Response:
    """Leave for the provider with the visitor's own proof in mind."""
    return await leave(request, "own")


@router.post("/parent")
async def verify_as_parent(request: Request) -> Response:
    """Leave for the provider, where a guardian signs in and chooses the child."""
    return await leave(request, "parent")


@router.get("/signin")
async def sign_in_page(request: Request) -> Response:
    """Back to an account that was verified before."""
    return go("/") if request.state.account else render(request, "signin.html")


@router.post("/signin")
async def sign_in(request: Request) -> Response:
    """Leave for the provider to be recognised by the pairwise subject."""
    return await leave(request, "signin")


@router.get("/login")
async def log_in(request: Request) -> Response:
    """Somewhere else, at the provider for one, a person chose to sign in here (OpenID Connect Core §4)."""
    return await initiated(request, dict(request.query_params))


@router.post("/login")
async def log_in_by_form(request: Request) -> Response:
    """The same by a form of another site, which has no token of ours."""
    return await initiated(request, await read_fields(request))


async def initiated(request: Request, asked: dict[str, str]) -> Response:
    """Begin a sign-in that we did not begin: only at our provider, and back to no page but our own."""
    if asked.get("iss") != request.app.state.config.issuer:
        return go("/signin")
    target = own_path(request, asked.get("target_link_uri", ""))
    if request.state.account:
        return go(target)
    return await depart(request, "signin", target, login_hint=asked.get("login_hint"))


def own_path(request: Request, address: str) -> str:
    """The path of an address of ours; of any other, the first page: who initiates is a stranger."""
    public, given = urlsplit(request.app.state.config.public_url), urlsplit(address)
    if (given.scheme, given.netloc) != (public.scheme, public.netloc) or given.path.startswith("//"):
        return "/"
    return given.path or "/"


async def leave(request: Request, kind: str) -> Response:
    """Leave by a form of ours."""
    form = await read_form(request)
    if form.get("keep") and f"{kind}_kept" in TRIPS:
        kind = f"{kind}_kept"
    return await depart(request, kind, "/")


async def depart(request: Request, kind: str, target: str, *, login_hint: str | None = None) -> Response:
    """Remember what the trip is for and where it leads back to, then redirect to the authorization endpoint."""
    account = request.state.account
    if account is None and kind != "signin":
        return go("/")
    provider: Provider = request.app.state.provider
    try:
        handle = account.handle if account else None
        departure = await provider.start(kind, request.state.language, handle, login_hint)
    except ProviderUnreachable:
        return end(request, "unreachable", kind)
    attempts: Attempts = request.app.state.attempts
    attempts.begin(
        Attempt(
            state=departure.state,
            browser=browser_of(request),
            kind=kind,
            account_id=account.account_id if account else None,
            key=secrets.token_urlsafe(16),
            target=target,
            nonce=departure.nonce,
            code_verifier=departure.code_verifier,
            started_at=now(),
        )
    )
    return leave_for(departure.url)


@router.get("/callback")
async def callback(request: Request) -> Response:
    """Back from the provider, with a code or with an error: the registered `redirect_uri`."""
    attempts: Attempts = request.app.state.attempts
    attempt = attempts.end(request.query_params.get("state", ""), browser_of(request))
    account = request.state.account
    if attempt is None or attempt.kind not in TRIPS:
        return end(request, "expired", "own")
    kind = attempt.kind
    # Who signs in may have done so in another tab meanwhile; an account is verified by whoever it was shown to.
    if kind != "signin" and attempt.account_id != (account.account_id if account else None):
        return end(request, "expired", kind)
    provider: Provider = request.app.state.provider
    try:
        answer = dict(request.query_params)
        proof = await provider.finish(answer, kind, attempt.nonce, attempt.code_verifier)
        if kind == "signin":
            return welcome_back(request, proof, attempt.target)
        binding = await provider.bind(proof.access_token, account.account_id, attempt.key)
    except ProviderUnreachable:
        return end(request, "unreachable", kind)
    except Refused as refusal:
        return end(request, refusal.code, kind)
    accounts: Accounts = request.app.state.accounts
    accounts.record_subject(account.account_id, proof.subject)
    accounts.record_status(account.account_id, status_of_binding(binding))
    accounts.record_told(account.account_id, proof.told, proof.kept if TRIPS[kind].keeps else None)
    accounts.attach_proof(request.state.visit.visit_id, proof.id_token, proof.claims)
    # Who supervises it may be withheld; which of the two came is our own knowledge.
    code = "supervised" if binding.get("supervised") or TRIPS[kind].by_parent else "verified"
    return end(request, f"{code}_kept" if TRIPS[kind].keeps else code, kind)


def welcome_back(request: Request, proof: Proof, target: str) -> Response:
    """Sign in to the account that this person verified; with several, let them choose."""
    accounts: Accounts = request.app.state.accounts
    own = accounts.of_subject(proof.subject)
    if not own:
        return end(request, "no_accounts", "signin")
    before: Visit | None = request.state.visit
    if before and request.state.account.subject == proof.subject:
        accounts.attach_proof(before.visit_id, proof.id_token, proof.claims)  # another tab was first
        return go(target)
    if before:
        accounts.end_visit(before.visit_id)
    visit: Visit = accounts.start_visit(own[0].account_id, proof.id_token, proof.claims)
    request.session.pop("csrf", None)
    request.session["visit"] = visit.visit_id
    return go("/accounts" if len(own) > 1 else target)


@router.get("/outcome")
async def outcome(request: Request) -> Response:
    """How the last trip ended. A page of its own, so that a reload does not redeem a code twice."""
    ended = request.session.get("outcome")
    if not ended:
        return go("/")
    await current_account(request)
    name = outcome_name(ended["code"], ended["kind"])
    return render(request, "outcome.html", outcome=OUTCOMES[name], code=ended["code"], kind=ended["kind"])


def end(request: Request, code: str, kind: str) -> Response:
    """Note how the trip ended and show it."""
    request.session["outcome"] = {"code": code[:60], "kind": kind}
    return go("/outcome")
