"""Somebody comes from the identity app with one of our numbers named: we go on with that very number."""

import re

from fastapi import Request, Response

from .fapi import ProviderUnreachable, Refused
from .pages import go
from .shop import end
from .store import Store

_REGISTERED = re.compile(r"nbr_[0-9a-v]{26}", re.ASCII)


async def go_on(request: Request, subject: str, number_id: str) -> Response:
    """With a number of theirs, to that number; with one that stands in our register under an id that the provider made,
    to its confirmation; with none, to all of theirs."""
    store: Store = request.app.state.store
    own = store.numbers_of(subject)
    if any(each.number_id == number_id for each in own):
        return go(f"/mine?number={number_id}")
    if not _REGISTERED.fullmatch(number_id):
        return go("/mine") if own or not number_id else end(request, "number_unknown")
    try:
        phone = await request.app.state.registrar.number_of(number_id)
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused:
        return end(request, "number_unknown")
    if mine := next((each for each in own if each.phone == phone), None):
        return go(f"/mine?number={mine.number_id}")
    request.session["named"] = {"phone": phone, "subject": subject}
    return go("/named")
