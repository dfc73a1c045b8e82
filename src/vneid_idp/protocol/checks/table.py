"""The table: which checks an authorization request passes, where, in which order, for whom.

The order counts: the first check that fails is the answer. A column is an endpoint; a further one is one more flag in
`Column` and in the rows that hold for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto

from vneid_idp.protocol import errors
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.checks.account_label import check_account_label
from vneid_idp.protocol.checks.acr_values import check_acr_values
from vneid_idp.protocol.checks.authorization_details import check_details
from vneid_idp.protocol.checks.backchannel import (
    check_always_signed,
    check_backchannel_grant,
    check_binding_message,
    check_declared_place,
    check_hint,
    check_notification_token,
    check_requested_expiry,
    check_signed,
)
from vneid_idp.protocol.checks.claims_parameter import check_claims
from vneid_idp.protocol.checks.code_challenge import check_always_challenged, check_code_challenge
from vneid_idp.protocol.checks.dpop_jkt import check_dpop_jkt
from vneid_idp.protocol.checks.draft import Check, RequestDraft
from vneid_idp.protocol.checks.grant_type import check_device_grant
from vneid_idp.protocol.checks.lengths import check_lengths
from vneid_idp.protocol.checks.max_age import check_max_age
from vneid_idp.protocol.checks.profiles import EVERY, asking
from vneid_idp.protocol.checks.prompt import check_prompt
from vneid_idp.protocol.checks.pushed import (
    check_always_pushed,
    check_no_reference,
    check_pusher,
    check_was_pushed,
)
from vneid_idp.protocol.checks.redirect_uri import check_redirect_uri
from vneid_idp.protocol.checks.request_object import check_one_object, check_promised_object
from vneid_idp.protocol.checks.resource import check_resource
from vneid_idp.protocol.checks.response_mode import check_response_mode
from vneid_idp.protocol.checks.response_type import check_response_type
from vneid_idp.protocol.checks.scope import check_scope
from vneid_idp.protocol.checks.unsupported import check_unsupported
from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.params import Params


class Column(Flag):
    """Where a request arrives."""

    AUTHORIZE = auto()
    PAR = auto()
    DEVICE = auto()
    """The device authorization endpoint (RFC 8628 §3.1)."""
    BACKCHANNEL = auto()
    """The backchannel authentication endpoint (CIBA Core §7)."""


BOTH = Column.AUTHORIZE | Column.PAR
"""Where the answer goes back through the browser."""
ALL = BOTH | Column.DEVICE | Column.BACKCHANNEL


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: where it runs, what it refuses with, what it writes into the draft, and which profiles ask for it."""

    check: Check
    columns: Column
    refuses: tuple[type[OAuthError], ...] = (errors.InvalidRequest,)
    """Only tests read this and `gives`: they hold each check to what its row says of it."""
    gives: str | None = None
    profiles: frozenset[ClientProfile] = EVERY


ARRIVAL: tuple[CheckRow, ...] = (
    CheckRow(check_device_grant, Column.DEVICE, (errors.UnauthorizedClient,)),
    CheckRow(check_backchannel_grant, Column.BACKCHANNEL, (errors.UnauthorizedClient,)),
    CheckRow(check_no_reference, Column.PAR | Column.BACKCHANNEL),
    CheckRow(check_pusher, Column.PAR | Column.DEVICE | Column.BACKCHANNEL),
    CheckRow(check_signed, Column.BACKCHANNEL),
    CheckRow(check_always_signed, Column.BACKCHANNEL, profiles=asking(lambda rules: rules.signed_backchannel)),
    CheckRow(check_one_object, Column.AUTHORIZE),  # of two in a pushed request, one would be a reference
    CheckRow(check_promised_object, BOTH),
)
"""Of the parameters as they arrived, before a request object among them is fetched or opened."""

_ADDRESS = (errors.InvalidRequest, errors.UnregisteredAddress)

REQUEST: tuple[CheckRow, ...] = (
    # From the browser the address comes first: until it is proven an error is a page. What is pushed is answered to
    # an authenticated client, whom it helps more to hear first what kind of request we take.
    CheckRow(check_redirect_uri, Column.AUTHORIZE, _ADDRESS, gives="address"),
    CheckRow(
        check_response_type,
        BOTH,
        (errors.InvalidRequest, errors.UnsupportedResponseType, errors.UnauthorizedClient),
    ),
    CheckRow(check_response_mode, BOTH),
    CheckRow(check_lengths, ALL),
    CheckRow(check_hint, Column.BACKCHANNEL, gives="hint"),
    CheckRow(check_binding_message, Column.BACKCHANNEL, (errors.InvalidBindingMessage,), gives="binding_message"),
    CheckRow(check_declared_place, Column.BACKCHANNEL, gives="declared_place"),
    CheckRow(check_requested_expiry, Column.BACKCHANNEL, gives="backchannel_life"),
    CheckRow(check_notification_token, Column.BACKCHANNEL, gives="notification_token"),
    CheckRow(check_unsupported, ALL, (errors.RegistrationNotSupported,)),
    CheckRow(check_redirect_uri, Column.PAR, _ADDRESS, gives="address"),
    CheckRow(check_claims, ALL, gives="claims"),
    CheckRow(check_scope, ALL, (errors.InvalidScope,), gives="scope"),
    CheckRow(check_details, ALL, (errors.InvalidAuthorizationDetails,), gives="details"),
    CheckRow(check_resource, ALL, (errors.InvalidTarget, errors.InvalidScope), gives="targets"),
    CheckRow(check_always_challenged, BOTH, profiles=asking(lambda rules: rules.always_pkce)),
    CheckRow(check_code_challenge, BOTH, gives="code_challenge"),
    CheckRow(check_prompt, BOTH, gives="prompt"),
    CheckRow(check_max_age, ALL, gives="max_age"),
    CheckRow(check_acr_values, ALL, (errors.UnmetAuthenticationRequirements,), gives="acr_values"),
    CheckRow(check_account_label, ALL, gives="account_label"),
    CheckRow(check_dpop_jkt, BOTH, (errors.InvalidRequest, errors.InvalidDpopProof), gives="dpop_jkt"),
    CheckRow(check_was_pushed, Column.AUTHORIZE),
    CheckRow(check_always_pushed, Column.AUTHORIZE, profiles=asking(lambda rules: rules.always_pushed)),
)
"""Of the whole request, its request object verified and merged."""


def _plans(rows: Iterable[CheckRow]) -> dict[tuple[Column, ClientProfile], tuple[Check, ...]]:
    """The checks of each column and profile, picked once: this is a hot door."""
    return {
        (column, profile): tuple(row.check for row in rows if column in row.columns and profile in row.profiles)
        for column in Column
        for profile in ClientProfile
    }


_ARRIVAL = _plans(ARRIVAL)
_REQUEST = _plans(REQUEST)


def check_arrival(column: Column, client: Client, params: Params) -> None:
    """Check the parameters as they arrived. Raises the `OAuthError` of the first row that fails."""
    draft = RequestDraft(client, params)
    for check in _ARRIVAL[column, client.profile]:
        check(draft)


def read_authorization(column: Column, draft: RequestDraft) -> AuthorizationRequest:
    """Read the whole request. Raises the `OAuthError` of the first row that fails.

    The error may go back to the client by redirect once `draft.address` is there, and not before.
    """
    for check in _REQUEST[column, draft.client.profile]:
        check(draft)
    if column not in BOTH:
        return _polled(draft)
    params, address = draft.params, draft.address
    assert address is not None, "the table proves the redirect URI in every column through the browser"
    return AuthorizationRequest(
        client_id=draft.client.client_id,
        redirect_uri=address.redirect_uri,
        response_mode=address.response_mode,
        state=address.state,
        scope=draft.scope,
        nonce=params.get("nonce"),
        code_challenge=draft.code_challenge,
        prompt=draft.prompt,
        max_age=draft.max_age,
        acr_values=draft.acr_values,
        claims=draft.claims,
        login_hint=params.get("login_hint"),
        id_token_hint=params.get("id_token_hint"),
        ui_locales=tuple(params.get("ui_locales", "").split()),
        registered_at=draft.client.issued_at,
        account_label=draft.account_label,
        dpop_jkt=draft.dpop_jkt,
        details=draft.details,
        targets=draft.targets,
    )


def _polled(draft: RequestDraft) -> AuthorizationRequest:
    """A request whose answer its client polls for."""
    return AuthorizationRequest(
        client_id=draft.client.client_id,
        redirect_uri=None,
        response_mode="query",
        state=None,
        scope=draft.scope,
        max_age=draft.max_age,
        acr_values=draft.acr_values,
        claims=draft.claims,
        ui_locales=tuple(draft.params.get("ui_locales", "").split()),
        registered_at=draft.client.issued_at,
        account_label=draft.account_label,
        details=draft.details,
        targets=draft.targets,
    )
