"""The trip to the provider and back: to confirm a number, or to sign in again."""

from fastapi import APIRouter, Request, Response

from . import named
from .fapi import ProviderUnreachable, Refused
from .pages import browser_of, go, leave_for, read_form
from .provider import Provider
from .shop import end
from .store import Order, Store, Trip, now

router = APIRouter()


@router.get("/login")
async def initiated(request: Request) -> Response:
    """Somewhere else, at the provider for one, a person chose to sign in here (OpenID Connect Core §4). Only our own
    provider begins that. It leads to one's own numbers, or on with the one that is named by its id."""
    if request.query_params.get("iss") != request.app.state.config.issuer:
        return go("/mine")
    number_id = request.query_params.get("number_id", "")
    if "subject" in request.session:
        return await named.go_on(request, request.session["subject"], number_id)
    request.session["wanted"] = number_id[:60]
    return await depart(request, "signin", None)


@router.post("/signin")
async def sign_in(request: Request) -> Response:
    """Leave for the provider to be recognised by the pairwise subject."""
    await read_form(request)
    request.session.pop("wanted", None)
    return await depart(request, "signin", None)


async def depart(request: Request, kind: str, order: Order | None) -> Response:
    """Push the request, remember what the trip is for, and send the browser away."""
    provider: Provider = request.app.state.provider
    try:
        departure = await provider.start(order, request.state.language)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    store: Store = request.app.state.store
    order_id = None if order is None else order.order_id
    trip = Trip(
        departure.state, browser_of(request), kind, order_id, departure.nonce, departure.code_verifier, started_at=now()
    )
    store.begin_trip(trip)
    return leave_for(departure.url)


@router.get("/callback")
async def callback(request: Request) -> Response:
    """Back from the provider, with a code or with an error: the registered `redirect_uri`."""
    store: Store = request.app.state.store
    trip = store.end_trip(request.query_params.get("state", ""), browser_of(request))
    if trip is None:
        return end(request, "expired")
    order = None if trip.order_id is None else store.order(trip.order_id, trip.browser)
    if trip.kind == "buy" and order is None:
        return end(request, "expired")
    provider: Provider = request.app.state.provider
    try:
        proof = await provider.finish(dict(request.query_params), trip.nonce, trip.code_verifier, order)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code, number="" if order is None else order.phone)
    if order is None:
        return await _welcome_back(request, proof.subject)
    own = {number.phone: number.sequence for number in store.numbers_of(proof.subject)}
    if order.sequence != own.get(order.phone, store.next_sequence(proof.subject)):
        # Only now it is known who buys, and which number of theirs it would be: they confirm it as that one.
        request.session["subject"] = proof.subject
        store.end_order(order.order_id)
        return end(request, "already_customer", number=order.phone)
    store.confirm_order(order.order_id, proof.subject, proof.person, proof.access_token)
    return go(f"/orders/{order.order_id}")


async def _welcome_back(request: Request, subject: str) -> Response:
    store: Store = request.app.state.store
    wanted = request.session.pop("wanted", "")
    if not store.numbers_of(subject) and store.customer(subject) is None:
        return await named.go_on(request, subject, wanted) if wanted else end(request, "no_customer")
    request.session.pop("csrf", None)
    request.session["subject"] = subject
    return await named.go_on(request, subject, wanted)
