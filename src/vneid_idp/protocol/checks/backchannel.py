"""What a backchannel authentication request says beyond every other (CIBA Core §7.1)."""

import re
import unicodedata

from vneid_idp.kernel.clock import MINUTE, SECOND, Instant
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidBindingMessage, InvalidRequest, UnauthorizedClient
from vneid_idp.protocol.grant_types.names import CIBA
from vneid_idp.protocol.hints import Hint, HintKind, phone_of
from vneid_idp.protocol.visible_line import visible_line

SHORTEST_LIFE: Instant = 30 * SECOND
USUAL_LIFE: Instant = 2 * MINUTE
"""How long a request waits whose client wishes for no other time."""
LONGEST_LIFE: Instant = 10 * MINUTE

# What stands on a screen beside a warning, and is read aloud at a counter: one short line that can hide nothing.
_BINDING_MESSAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .,:#/-]{0,18}[A-Za-z0-9.#])?\Z")
_LONGEST_PLACE = 40
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]{1,1024}={0,8}\Z")


def check_backchannel_grant(draft: RequestDraft) -> None:
    """Of a client that authenticates, and is registered for CIBA."""
    if draft.client.is_public or CIBA not in draft.client.grant_types:
        raise UnauthorizedClient("This client is not registered for CIBA, or is a public one.")


def check_signed(draft: RequestDraft) -> None:
    """As a request object by value, where the registration promises that."""
    if draft.client.backchannel_authentication_request_signing_alg is not None:
        check_always_signed(draft)


def check_always_signed(draft: RequestDraft) -> None:
    """As one, whatever was registered (FAPI-CIBA §5.2.2)."""
    if "request" not in draft.params:
        raise InvalidRequest("This client must send its request as a signed request object.", about="request")


def check_hint(draft: RequestDraft) -> None:
    """Gives the one hint."""
    sent = [kind for kind in HintKind if draft.params.get(kind)]
    if len(sent) != 1:
        raise InvalidRequest(
            "Exactly one of login_hint, login_hint_token and id_token_hint is needed (CIBA Core §7.1).",
            about="login_hint",
        )
    kind, value = sent[0], draft.params[sent[0]]
    if kind is HintKind.LOGIN_HINT:
        phone = phone_of(value)
        if phone is None:
            raise InvalidRequest("login_hint must be a phone number such as tel:+84951234567.", about="login_hint")
        value = phone
    draft.hint = Hint(kind, value)


def check_binding_message(draft: RequestDraft) -> None:
    """Gives the message; `None` where there is none."""
    message = draft.params.get("binding_message")
    if message is not None and not _BINDING_MESSAGE.match(message):
        raise InvalidBindingMessage(
            "binding_message must be at most 20 letters of a to z, digits, spaces and . , : # / -."
        )
    draft.binding_message = message


def check_declared_place(draft: RequestDraft) -> None:
    """Gives the place in normal form; `None` where there is none. CIBA has no member for it: ours says where whoever is
    asked should be at this moment, such as `Quầy 7, 12 Tràng Tiền, Hà Nội`. It is the client's word, and shown as that.
    """
    text = draft.params.get("declared_place")
    place = None if text is None else visible_line(text, _LONGEST_PLACE)
    if text is not None and (place is None or not all(map(_is_plain, place))):
        raise InvalidRequest(
            f"declared_place must be at most {_LONGEST_PLACE} Latin letters (with their accents), digits, spaces and "
            ". , : # / -.",
            about="declared_place",
        )
    draft.declared_place = place


def _is_plain(letter: str) -> bool:
    return letter in " .,:#/-0123456789" or unicodedata.name(letter, "").startswith("LATIN ")


def check_requested_expiry(draft: RequestDraft) -> None:
    """Gives how long the request waits: as wished, within our bounds."""
    wished = draft.params.get("requested_expiry")
    if wished is None:
        draft.backchannel_life = USUAL_LIFE
        return
    if not wished.isascii() or not wished.isdecimal() or len(wished) > 6 or int(wished) == 0:
        raise InvalidRequest("requested_expiry must be a positive whole number of seconds.")
    draft.backchannel_life = min(max(int(wished) * SECOND, SHORTEST_LIFE), LONGEST_LIFE)


def check_notification_token(draft: RequestDraft) -> None:
    """Gives the token with which a client in ping mode is told (CIBA Core §7.1); of others it counts for nothing."""
    if draft.client.backchannel_token_delivery_mode != "ping":
        draft.notification_token = None
        return
    token = draft.params.get("client_notification_token", "")
    if not _BEARER.match(token):
        raise InvalidRequest(
            "client_notification_token is needed in ping mode: at most 1024 characters of a bearer token (RFC 6750)."
        )
    draft.notification_token = token
