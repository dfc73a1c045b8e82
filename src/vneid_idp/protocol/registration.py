"""Client registration: what a relying party may say of itself (RFC 7591 §2, OpenID Connect Dynamic Registration §2).

`members.MEMBERS` names every member that is understood and how it is read; `CHECKS` are the rules between members, in
order. Members that are not listed are ignored, as both specifications ask; software statements are among them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.ceiling import check_below, decided_by_operator, stay_below
from vneid_idp.protocol.checks.profiles import PROFILED_GRANT_TYPES
from vneid_idp.protocol.claims import OPERATOR_SCOPES, SCOPES
from vneid_idp.protocol.client import ClientProfile, sector_host
from vneid_idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from vneid_idp.protocol.jose import DEFAULT_CONTENT_ENCRYPTION
from vneid_idp.protocol.members import (
    FIXED_MEMBERS,
    MEMBERS,
    OPERATOR_MEMBERS,
    WRITTEN_MEMBERS,
    Reader,
    Registrar,
)
from vneid_idp.protocol.profiled import scopes_of_profile
from vneid_idp.protocol.purposes import DEFAULT_PURPOSE, changed, without_purpose
from vneid_idp.protocol.registered_backchannel import check_backchannel
from vneid_idp.protocol.registered_keys import (
    ENCRYPTED,
    check_algorithms,
    check_binding,
    check_exchange,
    check_keys,
    check_profile,
)
from vneid_idp.protocol.registered_purposes import check_purposes, keep_thresholds, renew_purposes, writes_purposes
from vneid_idp.protocol.uris import BadMember, check_address, origin

SELF_GRANTED = ("openid", "offline_access")
"""The scopes that a client registering itself may have outside the sandbox: who somebody is, the operator permits."""
SELF_GRANTED_IN_SANDBOX = tuple(scope for scope in SCOPES if scope != "id_number")


@dataclass(frozen=True, slots=True)
class Registration:
    """Metadata that passed every check, with the defaults filled in: what is stored and echoed."""

    members: dict[str, Any]


_BOUND = "require_pkce_or_nonce"
_LANGUAGE_TAGGED = ("client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri")


def read_registration(
    members: Mapping[str, Any],
    registrar: Registrar,
    *,
    before: Mapping[str, Any] | None = None,
    material: Collection[str] = (),
) -> Registration:
    """Read metadata, fill in the defaults and check it; `before` is what stands registered when it is an update.

    What the operator registered or changed is a ceiling that the client's own updates stay below (`ceiling.py`).
    `material` names the purposes that mean something else now, of which people are asked again as a whole.

    Raises `InvalidRedirectUri` or `InvalidClientMetadata` (RFC 7591 §3.2.2) with a sentence for the developer.
    """
    readers = _readers(members, registrar, before or {})
    found: dict[str, Any] = {}
    for name, value in members.items():
        base, tagged, language = name.partition("#")
        if tagged and (base not in _LANGUAGE_TAGGED or not language.replace("-", "").isalnum()):
            continue
        reader = readers.get(base)
        if reader is None or value is None:
            continue
        try:
            found[name] = reader(value, registrar)
        except BadMember as error:
            kind = InvalidRedirectUri if name == "redirect_uris" else InvalidClientMetadata
            raise kind(error.wording, member=base, part=error.part) from None
    _check_asked_sector(found, before or {})
    _fill(found, members, registrar, before or {})
    if before and "purposes" in readers:
        if not registrar.by_operator:
            # Nobody looks over a client that writes its own purposes: whatever it changes, people are asked anew, and
            # what it asked before counts on.
            keep_thresholds(found, before)
            material = changed(before.get("purposes", []), found.get("purposes", []))
        renew_purposes(found, before, material)
    for check in CHECKS:
        check(found, registrar, before or {})
    if registrar.by_operator and before and "registered_by" not in found and found != before:
        found["changed_by"] = "operator"
    return Registration(found)


def _readers(members: Mapping[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> Mapping[str, Reader]:
    """The members that are taken from this registrar. What belongs to the operator is refused from others, and not
    ignored: a client that asked for it would believe that it has it. What stands may be sent along unchanged."""
    if registrar.by_operator:
        return MEMBERS | OPERATOR_MEMBERS
    readers = dict(MEMBERS)
    if writes_purposes(registrar, before):
        readers["purposes"] = OPERATOR_MEMBERS["purposes"]
    if registrar.sandbox and not decided_by_operator(before):
        for name in (
            "profile",
            "authorization_details_types",
            "tells_unknown_users",
        ):  # who tries things out tries all of them
            readers[name] = OPERATOR_MEMBERS[name]
    for name in OPERATOR_MEMBERS:
        value = members.get(name)
        if name not in readers and name not in WRITTEN_MEMBERS and value is not None and value != before.get(name):
            raise InvalidClientMetadata(mark("only the operator registers this"), member=name)
    return readers


def _fill(found: dict[str, Any], members: Mapping[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """Defaults: RFC 7591 §2, OpenID Connect Registration §2; the operator's clients get our own, and keep them."""
    if not registrar.by_operator and decided_by_operator(before):
        stay_below(found, members, before)
    _keep_operators(found, members, registrar, before)
    found.setdefault("application_type", "web")
    found.setdefault("grant_types", ["authorization_code"])
    found.setdefault("response_types", ["code"] if "authorization_code" in found["grant_types"] else [])
    found.setdefault("redirect_uris", [])
    found.setdefault("token_endpoint_auth_method", "client_secret_basic")
    is_plain = not registrar.by_operator and found.get("profile", ClientProfile.OIDC) == ClientProfile.OIDC
    found.setdefault("id_token_signed_response_alg", "RS256" if is_plain else "ES256")
    found.setdefault("subject_type", "pairwise")
    _fill_pkce_or_nonce(found, registrar, before)
    for kind in ENCRYPTED:
        if f"{kind}_encrypted_response_alg" in found:
            found.setdefault(f"{kind}_encrypted_response_enc", DEFAULT_CONTENT_ENCRYPTION)
    if registrar.by_operator:
        if not before or before.get("registered_by") == "operator":
            found["registered_by"] = "operator"
    elif registrar.sandbox and not before:
        found["assertion_audience"] = "endpoint"
        found.setdefault("purposes", [DEFAULT_PURPOSE])
    found.setdefault("scope", " ".join(_default_scope(found, registrar, before)))
    if "client_name" not in found:
        uris = found["redirect_uris"]
        found["client_name"] = (origin(uris[0]).partition("://")[2] if uris else "") or "Unnamed application"


def _keep_operators(
    found: dict[str, Any], members: Mapping[str, Any], registrar: Registrar, before: Mapping[str, Any]
) -> None:
    """What the operator decided stands where an update does not speak of it, and before any default that goes by it."""
    for name in OPERATOR_MEMBERS:
        if name in before and not (registrar.by_operator and name in members):  # the operator's null takes one away
            found.setdefault(name, before[name])


def _fill_pkce_or_nonce(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """New clients bind requests to answers, but those that register themselves in the sandbox: OpenID Connect leaves
    the nonce to them, and its certification holds providers to that. What stands is not changed in passing."""
    if before:
        if _BOUND in before:
            found.setdefault(_BOUND, before[_BOUND])
    elif registrar.by_operator or not registrar.sandbox:
        found.setdefault(_BOUND, True)


def _permitted(registrar: Registrar, before: Mapping[str, Any]) -> tuple[str, ...]:
    if registrar.by_operator:
        return ("openid",)
    if "scope" in before:
        return tuple(before["scope"].split())
    return SELF_GRANTED_IN_SANDBOX if registrar.sandbox else SELF_GRANTED


def _default_scope(found: Mapping[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> Iterator[str]:
    permitted = _permitted(registrar, before)
    useless = without_purpose(permitted, found.get("purposes", [])) if writes_purposes(registrar, before) else ()
    if "scope" not in before:
        permitted = scopes_of_profile(ClientProfile(found.get("profile", ClientProfile.OIDC)), permitted)
    for scope in permitted:
        lasting = scope != "offline_access" or before or "refresh_token" in found["grant_types"]
        if lasting and scope not in useless:
            yield scope


def _check_shown(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """Whom the operator vouched for cannot rename or redirect itself: a stolen registration access token would be
    enough to ask people in the name of their bank."""
    if registrar.by_operator or not decided_by_operator(before):
        return
    for name in sorted(found.keys() | before.keys()):
        if name.partition("#")[0] in FIXED_MEMBERS and found.get(name) != before.get(name):
            raise InvalidClientMetadata(
                mark(
                    "the operator decided about this client, and only the operator changes what people are shown of it "
                    "and where they and their answers are sent"
                ),
                member=name,
            )


def _check_ceiling(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    if not registrar.by_operator and decided_by_operator(before):
        check_below(found, before)


def _check_redirect_uris(found: dict[str, Any], registrar: Registrar, _: Mapping[str, Any]) -> None:
    for uri in found["redirect_uris"]:
        try:
            check_address(uri, native=found["application_type"] == "native", loopback=registrar.sandbox)
        except BadMember as error:
            raise InvalidRedirectUri(error.wording, member="redirect_uris") from None
    if "code" in found["response_types"] and not found["redirect_uris"]:
        raise InvalidRedirectUri(mark("at least one is needed for the response type code"), member="redirect_uris")


def _check_log_out_uris(found: dict[str, Any], registrar: Registrar, _: Mapping[str, Any]) -> None:
    for uri in found.get("post_logout_redirect_uris", ()):
        try:
            check_address(uri, native=found["application_type"] == "native", loopback=registrar.sandbox)
        except BadMember as error:
            raise InvalidClientMetadata(error.wording, member="post_logout_redirect_uris") from None


def _check_front_channel(found: dict[str, Any], _: Registrar, __: Mapping[str, Any]) -> None:
    """Framed by us when people sign out, so it is where their answers go as well (Front-Channel Logout §2)."""
    uri = found.get("frontchannel_logout_uri")
    if uri is not None and origin(uri) not in {origin(registered) for registered in found["redirect_uris"]}:
        raise InvalidClientMetadata(
            mark(
                "must have scheme, host and port of one of the redirect_uris (OpenID Connect Front-Channel Logout "
                "section 2)"
            ),
            member="frontchannel_logout_uri",
        )


def _check_pkce_or_nonce(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """Only the operator lets a client of real people go without."""
    is_new = found.get(_BOUND) is False and before.get(_BOUND) is not False
    if is_new and not (registrar.by_operator or registrar.sandbox):
        raise InvalidClientMetadata(mark("only the operator lets a client go without"), member=_BOUND)


def _check_grant_types(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    grants = found["grant_types"]
    owned = PROFILED_GRANT_TYPES.intersection(grants).difference(before.get("grant_types", ()))
    if owned and not (registrar.by_operator or registrar.sandbox):
        raise InvalidClientMetadata(
            mark("only the operator registers %(grant_types)s"),
            member="grant_types",
            grant_types=", ".join(sorted(owned)),
        )
    if ("code" in found["response_types"]) != ("authorization_code" in grants):
        raise InvalidClientMetadata(
            mark("response_types and grant_types do not belong together (RFC 7591 section 2.1)"), member="grant_types"
        )
    proven = [name for name in ("client_credentials", *sorted(PROFILED_GRANT_TYPES)) if name in grants]
    if proven and found["token_endpoint_auth_method"] == "none":
        raise InvalidClientMetadata(
            mark("%(grant_type)s needs a client that authenticates"), member="grant_types", grant_type=proven[0]
        )


def _check_scope(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    scopes, had = set(found["scope"].split()), set(before.get("scope", "").split())
    if registrar.by_operator:
        _check_operators_scope(found, scopes, before)
        return
    if had.intersection(OPERATOR_SCOPES):
        # The registration access token could put other keys under a client that may change all the others.
        raise InvalidClientMetadata(
            mark("a client of the operator's own is changed by the operator alone"), member="scope"
        )
    if "offline_access" in scopes - had and "refresh_token" not in found["grant_types"]:
        raise InvalidClientMetadata(
            mark("offline_access is worth nothing without the grant type refresh_token"),
            member="scope",
            about="offline_access",
        )
    refused = scopes - set(_permitted(registrar, {})) - had
    if refused:
        raise InvalidClientMetadata(
            mark("only the operator grants %(scopes)s"), member="scope", scopes=" ".join(sorted(refused))
        )


def _check_operators_scope(found: dict[str, Any], scopes: set[str], before: Mapping[str, Any]) -> None:
    if not scopes.intersection(OPERATOR_SCOPES):
        return
    if before and before.get("registered_by") != "operator":
        raise InvalidClientMetadata(
            mark("a client that registered itself cannot become one of the operator's own"), member="scope"
        )
    if "client_credentials" not in found["grant_types"] or found["token_endpoint_auth_method"] == "none":
        raise InvalidClientMetadata(
            mark("the operator's own clients authenticate and use client_credentials"), member="scope"
        )


def _check_asked_sector(found: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Who asks for pairwise subjects at several hosts has to prove that they belong together; who asks for nothing, as
    most libraries, is a sector of its own, and goes on as that."""
    if found.get("subject_type") != "pairwise" or "sector_identifier_uri" in found or before:
        return
    if len({urlsplit(uri).hostname for uri in found.get("redirect_uris", ())}) > 1:
        raise InvalidClientMetadata(
            mark(
                "is needed for pairwise subjects with redirect URIs on several hosts (OpenID Connect Core section 8.1)"
            ),
            member="sector_identifier_uri",
        )


def _check_public_subjects(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """Public subjects let services compare whom they know: the operator decides who has them, and in the sandbox who
    tries."""
    is_new = found["subject_type"] == "public" and before.get("subject_type") != "public"
    if is_new and not (registrar.by_operator or registrar.sandbox):
        raise InvalidClientMetadata(mark("only the operator registers public subjects"), member="subject_type")


def _check_same_subjects(found: dict[str, Any], _: Registrar, before: Mapping[str, Any]) -> None:
    """A client that people agreed to cannot move to another's sector: it would be told their subjects there."""
    if before and _sector_of(found) != _sector_of(before):
        raise InvalidClientMetadata(
            mark("the subjects of people would change with this; register another client"), member="redirect_uris"
        )


def _sector_of(members: Mapping[str, Any]) -> tuple[str, str | None]:
    if members["subject_type"] == "public":
        return "public", None
    return "pairwise", sector_host(members.get("sector_identifier_uri"), members["redirect_uris"])


CHECKS = (
    _check_shown,
    _check_redirect_uris,
    _check_log_out_uris,
    _check_front_channel,
    _check_pkce_or_nonce,
    _check_grant_types,
    _check_scope,
    check_purposes,
    _check_ceiling,
    check_keys,
    check_algorithms,
    _check_public_subjects,
    _check_same_subjects,
    check_binding,
    check_backchannel,
    check_profile,
    check_exchange,
)
"""The rules between members, in the order in which they answer."""


def check_sector_document(registration: Registration, document: object) -> None:
    """The document at `sector_identifier_uri` is a JSON array that lists every redirect URI (OIDC Registration §5).

    Without it anyone could name another's host as the sector, and share its pairwise subjects.
    """
    uris = registration.members["redirect_uris"]
    if not isinstance(document, list) or not set(uris) <= {uri for uri in document if isinstance(uri, str)}:
        raise InvalidClientMetadata(
            mark("its document must be a JSON array of all redirect URIs"),
            member="sector_identifier_uri",
        )
