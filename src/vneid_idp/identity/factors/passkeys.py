"""Passkeys (W3C Web Authentication Level 3), with user verification always: a device and what unlocks it, two factors.

Challenges are sealed values bound to a context (an interaction or a session), not rows. Each passkey remembers the
instant of the last challenge that it answered and takes only later ones, so that no answer counts twice.
"""

from dataclasses import dataclass
from typing import Any

import orjson
import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from vneid_idp.audit.deeds import Deed, data_of
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity.factors import passkey_store as store
from vneid_idp.identity.factors.passkey_names import cleaned, name_of
from vneid_idp.identity.factors.passkey_store import AddedByOther as AddedByOther
from vneid_idp.identity.factors.passkey_store import Passkey as Passkey
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.unit import Reading, Unit

CHALLENGE_LIFETIME: Instant = 5 * MINUTE
MOST = 20
METHOD = "hwk"
NO_CODE: Instant = 0
"""In place of the instant of a code: none is behind it (`codes_behind`)."""

_UNREADABLE = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What the libraries raise on bytes that somebody made up, of another shape than any authenticator sends."""
_REGISTER, _AUTHENTICATE = "register", "authenticate"


class PasskeyRefused(DomainError):
    """The answer of the authenticator does not prove what it must."""

    code = "passkey_refused"
    status = 400
    title = "The passkey could not be verified. Start again."


class PasskeyElsewhere(DomainError):
    """It was to be a passkey of the very device that the browser runs on; a security key or another device answered."""

    code = "passkey_elsewhere"
    status = 400
    title = "That passkey is not kept by this very device."


class ProofRests(DomainError):
    """It was added by a code to a phone whose number was in other hands by then, so it counts for nothing for now."""

    code = "proof_rests"
    status = 403
    title = "What you showed was added with a code to a number in other hands. It does not count for now."


@dataclass(frozen=True, slots=True)
class Site:
    """To whom passkeys belong (WebAuthn §5.1.2 RP ID) and from where they may be used. `origin` is that of the
    issuer.
    """

    rp_id: str
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Options:
    """What the page hands to the browser (`options`, JSON text) and gets back with the answer (`sealed`)."""

    options: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who signed in with a passkey, and what that counts as."""

    person_id: str
    credential_id: str
    method: SignInMethod


async def registration_options(
    unit: Reading,
    sealer: Sealer,
    site: Site,
    *,
    person_id: str,
    user_name: str,
    context: str,
    built_in: bool = False,
) -> Options:
    """What `navigator.credentials.create()` needs. `user_name` is shown in the browser's list of passkeys; `built_in`
    is for a passkey of the very device that the browser runs on (WebAuthn §5.4.5 `platform`)."""
    challenge = random_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_id=person_id.encode(),
        user_name=user_name,
        challenge=challenge,
        timeout=CHALLENGE_LIFETIME,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=AuthenticatorAttachment.PLATFORM if built_in else None,
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(await store.list_passkeys(unit, person_id)),
    )
    return Options(options_to_json(options), _seal(sealer, _REGISTER, challenge, person_id, context, unit.now))


async def register(
    unit: Unit,
    sealer: Sealer,
    site: Site,
    *,
    person_id: str,
    context: str,
    sealed: str,
    answer: str,
    name: str,
    unnamed: str = "Passkey",
    built_in: bool = False,
    code_at: Instant,
    deed: Deed | None = None,
) -> Passkey:
    """Add the passkey in the authenticator's `answer` (JSON text), which rests on the code by message of `code_at`, or
    on none (`NO_CODE`); `deed` when another does it. Without a `name` it is called after who keeps it, or `unnamed`
    with a number. Raises `PasskeyRefused`, and unless it is `built_in` where
    that is asked for `PasskeyElsewhere`.
    """
    challenge, _ = _open(sealer, _REGISTER, sealed, person_id, context, unit.now)
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        transports = _transports(answer)
        if built_in:
            _check_built_in(answer)
    except _UNREADABLE as error:
        raise PasskeyRefused(type(error).__name__) from error
    others = await store.list_passkeys(unit, person_id)
    if len(others) >= MOST:
        raise PasskeyRefused("This account has as many passkeys as it may have.")
    passkey = Passkey(
        person_id=person_id,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=transports,
        synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        name=name_of(name, verified.aaguid, unnamed, [other.name for other in others]),
        registered_at=unit.now,
        last_used_at=None,
        code_at=code_at,
    )
    if not await store.add_passkey(unit, passkey):
        raise PasskeyRefused("This passkey is registered already.")
    await record(unit, Event(EventKind.PASSKEY_ADDED, person_id, subject_id=passkey.credential_id, data=data_of(deed)))
    return passkey


async def authentication_options(
    unit: Reading,
    sealer: Sealer,
    site: Site,
    *,
    context: str,
    person_id: str | None = None,
    credential_id: str | None = None,
) -> Options:
    """What `navigator.credentials.get()` needs. With a person (a second factor), only that person's passkeys answer,
    or the one with `credential_id`; without, the browser offers those it has, and the answer tells who it is."""
    challenge = random_bytes(32)
    known = await list_counting(unit, person_id) if person_id else ()
    if credential_id is not None:
        known = tuple(passkey for passkey in known if passkey.credential_id == credential_id)
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=CHALLENGE_LIFETIME,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Options(options_to_json(options), _seal(sealer, _AUTHENTICATE, challenge, person_id, context, unit.now))


async def authenticate(
    unit: Unit,
    sealer: Sealer,
    site: Site,
    *,
    context: str,
    sealed: str,
    answer: str,
    person_id: str | None = None,
    credential_id: str | None = None,
    built_in: bool = False,
) -> Authenticated:
    """Verify the authenticator's `answer` (JSON text) to a challenge of this context and, if given, this person and
    with the passkey `credential_id`.

    Raises `PasskeyRefused`, `ProofRests` for one that counts for nothing now, and unless the device itself answered
    where that is asked for (`built_in`) `PasskeyElsewhere`; whether the account behind it may be used is another
    question (`rules.account_standing`).
    """
    challenge, issued_at = _open(sealer, _AUTHENTICATE, sealed, person_id, context, unit.now)
    named, shown_id = _who(answer)
    passkey = await store.find_passkey(unit, named or person_id or "", shown_id)
    if passkey is None or (person_id is not None and passkey.person_id != person_id):
        raise PasskeyRefused("unknown passkey")
    if credential_id is not None and shown_id != credential_id:
        raise PasskeyRefused("another passkey than the one that is asked for")
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        if built_in:
            _check_built_in(answer)
    except _UNREADABLE as error:
        raise PasskeyRefused(type(error).__name__) from error
    if passkey.rests_since is not None:
        raise ProofRests
    if not await store.use_passkey(unit, passkey, verified.new_sign_count, issued_at):
        raise PasskeyRefused("an answer that was given before, or a copied authenticator")
    return Authenticated(passkey.person_id, passkey.credential_id, SignInMethod(METHOD, unit.now))


async def list_passkeys(unit: Reading, person_id: str) -> tuple[Passkey, ...]:
    """A person's passkeys, oldest first, also those that rest."""
    return await store.list_passkeys(unit, person_id)


async def list_counting(unit: Reading, person_id: str) -> tuple[Passkey, ...]:
    """Those that count, oldest first."""
    return tuple(each for each in await store.list_passkeys(unit, person_id) if each.rests_since is None)


async def names_of_passkeys(unit: Reading, person_id: str) -> dict[str, str]:
    """What a person called each of their passkeys, removed ones too, by its id."""
    return await store.names_of_passkeys(unit, person_id)


async def added_by_others(unit: Reading, person_id: str) -> tuple[AddedByOther, ...]:
    """Those of a person's passkeys that a colleague added at a desk, the latest first: whether the person has them,
    only people can tell.
    """
    return await store.list_added_by_others(unit, person_id)


async def rename(unit: Unit, person_id: str, credential_id: str, name: str) -> bool:
    """Give a passkey another name; whether the person has it."""
    return await store.rename_passkey(unit, person_id, credential_id, cleaned(name))


async def remove(unit: Unit, person_id: str, credential_id: str, deed: Deed | None = None) -> bool:
    """Remove a passkey; whether the person had it. `deed` when another does it."""
    removed = await store.remove_passkey(unit, person_id, credential_id)
    if removed:
        await record(unit, Event(EventKind.PASSKEY_REMOVED, person_id, subject_id=credential_id, data=data_of(deed)))
    return removed


async def forget(unit: Unit, person_id: str) -> None:
    """Delete every passkey of a person whose key is destroyed, removed ones too: the names that holders give them stand
    unsealed.
    """
    await store.forget_passkeys(unit, person_id)


def _seal(sealer: Sealer, kind: str, challenge: bytes, person_id: str | None, context: str, now: Instant) -> str:
    value = {"k": kind, "c": base64url(challenge), "p": person_id, "x": context, "t": now}
    return sealer.seal_json(SealPurpose.PASSKEY_CHALLENGE, value)


def _open(
    sealer: Sealer, kind: str, sealed: str, person_id: str | None, context: str, now: Instant
) -> tuple[bytes, Instant]:
    try:
        value = sealer.open_json(SealPurpose.PASSKEY_CHALLENGE, sealed)
    except NotSealedHere as error:
        raise PasskeyRefused("not our challenge") from error
    if (value["k"], value["p"], value["x"]) != (kind, person_id, context):
        raise PasskeyRefused("a challenge for something else")
    if not 0 <= now - value["t"] <= CHALLENGE_LIFETIME:
        raise PasskeyRefused("the challenge has expired")
    return from_base64url(value["c"]), value["t"]


def _who(answer: str) -> tuple[str | None, str]:
    """The user handle (the person) and the credential id that an answer names; neither is believed before
    verification.
    """
    try:
        parsed: dict[str, Any] = orjson.loads(answer)
        handle = parsed["response"].get("userHandle")
        person_id = base64url_to_bytes(handle).decode() if handle else None
        return person_id, bytes_to_base64url(base64url_to_bytes(parsed["rawId"]))
    except _UNREADABLE as error:
        raise PasskeyRefused("malformed answer") from error


def _check_built_in(answer: str) -> None:
    """Raise `PasskeyElsewhere` unless the browser says that its own device answered (WebAuthn §5.1
    `authenticatorAttachment`; every browser since 2023). No transport tells: a phone across the room names `internal`
    as well. Nor does backup, which most phones do. Nothing signs the word, so it keeps people from a mistake, and not
    their own programs from one."""
    if orjson.loads(answer).get("authenticatorAttachment") != AuthenticatorAttachment.PLATFORM.value:
        raise PasskeyElsewhere


def _transports(answer: str) -> tuple[str, ...]:
    known = {transport.value for transport in AuthenticatorTransport}
    named = orjson.loads(answer).get("response", {}).get("transports") or ()
    return tuple(name for name in named if name in known)


def _descriptors(passkeys: tuple[Passkey, ...]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(passkey.credential_id),
            transports=[AuthenticatorTransport(name) for name in passkey.transports] or None,
        )
        for passkey in passkeys
    ]
