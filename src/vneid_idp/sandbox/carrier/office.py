"""The carrier's office: what the law has us do with numbers, as the provider tells it, and saying that it is done."""

import re

from fastapi import APIRouter, Request, Response

from .fapi import ProviderUnreachable, Refused
from .pages import go, read_form, render
from .provider import Provider
from .shop import end

router = APIRouter()
_INSTRUCTION = re.compile(r"ins_[0-9a-v]{1,40}", re.ASCII)

KINDS = {
    "notify": "Tell the subscriber what is to come",
    "ask_face": "Ask the subscriber for their face",
    "cut_outgoing": "Stop what goes out, but emergency calls",
    "cut_both": "Stop what goes out and what comes in",
    "end": "End the contract",
    "restore": "Let everything work again",
}
TRIGGERS = {
    "device_change": "another phone",
    "clean_up_2026": "never confirmed",
    "nine_digit_card": "registered with a nine-digit card",
    "disowned": "the data do not agree, or somebody says that it is not theirs",
    "foreigner_passport": "registered with a foreign passport",
    "first_passport_number": "the first number on a passport",
}


@router.get("/office")
async def waiting(request: Request) -> Response:
    """What waits to be done, the oldest first."""
    provider: Provider = request.app.state.provider
    try:
        listed = await provider.instructions()
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    return render(
        request, "office.html", items=listed["items"], more=listed["next_cursor"], kinds=KINDS, triggers=TRIGGERS
    )


@router.post("/office/done")
async def done(request: Request) -> Response:
    """Say that one is done. Earlier ones about the number are settled with it."""
    form = await read_form(request)
    if not _INSTRUCTION.fullmatch(form.get("instruction", "")):
        return go("/office")
    provider: Provider = request.app.state.provider
    try:
        await provider.acknowledge(form["instruction"])
    except ProviderUnreachable:
        return end(request, "unreachable")
    except Refused as refusal:
        return end(request, refusal.code)
    return go("/office")
