"""The keys of this process: prepared once, used by every request, refreshed in the background.

A `KeyRing` is one stable object for the life of a process. `reload` replaces what it holds, so that a rotation by
another worker or by the operator's command takes effect without a restart.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, base64url, from_base64url
from vneid_idp.keys import jwe, store
from vneid_idp.keys.material import PrivateKey, Wrapping, prepared, public_jwk
from vneid_idp.keys.rules import (
    PUBLISHED,
    SIGNING,
    KeyFacts,
    KeyKind,
    KeyState,
    active_at,
    next_removal,
    published_at,
    state_of,
    verifies_receipts,
)
from vneid_idp.keys.store import StoredKey
from vneid_idp.keys.vapid import Vapid
from vneid_idp.storage.unit import Database


class NotSignedHere(Exception):
    """The text is no token that this provider signed with a key it still publishes."""


class NoActiveKey(Exception):
    """The provider has no key for this algorithm; `keys.service.ensure` makes the first ones."""


class RotatingSealer(Sealer):
    """A sealer whose roots are replaced when the ring is reloaded; everyone may keep a reference to it."""

    def turn(self, roots: Mapping[int, bytes], current: int) -> None:
        """Seal with root `current` from now on, open with any of `roots`."""
        self._ciphers: dict[Any, Any] = {name: cipher for name, cipher in self._ciphers.items() if name[0] in roots}
        self._roots = dict(roots)
        if current != self._current:
            self.sealed = 0
        self._current = current

    def take_note(self) -> tuple[int, int]:
        """The current root, and how many values were sealed with it since the last time."""
        count, self.sealed = self.sealed, 0
        return self._current, count


class KeyRing:
    """Signs, verifies, seals, indexes and decrypts. Made by `keys.service.load`."""

    def __init__(self, wrapping: Wrapping, keys: Iterable[StoredKey], now: Instant) -> None:
        self._wrapping = wrapping
        self._secrets: dict[tuple[KeyKind, int], bytes] = {}
        self._prepared: dict[tuple[KeyKind, int], PrivateKey] = {}
        self._facts: dict[KeyKind, tuple[KeyFacts, ...]] = {}
        self._headers: dict[tuple[str, str | None], str] = {}
        self._jwks: tuple[Instant, Instant | None, bytes] | None = None
        self._of_receipts: list[tuple[KeyFacts, str]] = []
        self.sealer = RotatingSealer({}, 0)
        self.take(keys, now)
        self.blind = BlindIndex(self._lasting(KeyKind.BLIND_INDEX))
        self.pairwise_key: bytes = self._lasting(KeyKind.PAIRWISE)
        self.vapid = Vapid(self._lasting(KeyKind.VAPID))

    async def reload(self, db: Database) -> None:
        """Take over what other workers and the operator changed. Called every few seconds by a background task."""
        async with db.glance() as unit:
            self.take(await store.all_keys(unit), unit.now)

    def take(self, keys: Iterable[StoredKey], now: Instant) -> None:
        """Replace the keys of this ring; only material that is new to it is unwrapped and parsed."""
        facts: dict[KeyKind, list[KeyFacts]] = {kind: [] for kind in KeyKind}
        self._of_receipts = []
        for key in keys:
            if key.public is not None:
                self._of_receipts.append((key.facts, key.public))
            if key.wrapped is None or state_of(key.facts, now) is KeyState.GONE:
                continue
            kind, generation = name = key.facts.kind, key.facts.generation
            facts[kind].append(key.facts)
            if name not in self._secrets:
                self._secrets[name] = self._wrapping.unwrap(kind, generation, key.wrapped)
                if kind in PUBLISHED:
                    self._prepared[name] = prepared(kind, self._secrets[name])
        kept = {(key.kind, key.generation) for group in facts.values() for key in group}
        self._secrets = {name: secret for name, secret in self._secrets.items() if name in kept}
        self._prepared = {name: key for name, key in self._prepared.items() if name in kept}
        self._facts = {kind: tuple(group) for kind, group in facts.items()}
        self._headers.clear()
        self._jwks = None
        roots = {key.generation: self._secrets[KeyKind.SEALING, key.generation] for key in self._facts[KeyKind.SEALING]}
        self.sealer.turn(roots, self._active(KeyKind.SEALING, now).generation)

    def jwks_bytes(self, now: Instant) -> bytes:
        """The JWK Set as JSON: public halves of announced, active and retired keys (RFC 7517 §5)."""
        if self._jwks is None or not self._jwks[0] <= now < (self._jwks[1] or now + 1):
            published = [key for kind in PUBLISHED for key in self._published(kind, now)]
            members = [public_jwk(key.kind, key.kid, self._prepared[key.kind, key.generation]) for key in published]
            self._jwks = now, next_removal(published, now), orjson.dumps({"keys": members})
        return self._jwks[2]

    def receipt_keys(self, now: Instant) -> bytes:
        """The JWK Set by which receipts are verified, as JSON: years after they signed, and though they verify nothing
        else any more."""
        found = [public for facts, public in self._of_receipts if verifies_receipts(facts, now)]
        return f'{{"keys":[{",".join(found)}]}}'.encode()

    def newest_announced_at(self, now: Instant) -> Instant:
        """When the newest key of the JWK Set was announced: who gets the set knows every key up to then."""
        return max(key.announced_at for kind in PUBLISHED for key in self._published(kind, now))

    def sign(self, alg: str, claims: Mapping[str, Any], *, typ: str | None = None, now: Instant) -> str:
        """A compact JWS of `claims` with the key that is active at `now`, its `kid` in the header (RFC 7515 §7.1).

        Raises `NoActiveKey` for an algorithm that is not one of `SIGNING`.
        """
        if alg not in SIGNING:
            raise NoActiveKey(alg)
        key = self._active(KeyKind(alg), now)
        header = self._headers.get((key.kid, typ))
        if header is None:
            members = {"alg": alg, "kid": key.kid} | ({"typ": typ} if typ else {})
            header = self._headers[key.kid, typ] = base64url(orjson.dumps(members))
        signed = f"{header}.{base64url(orjson.dumps(claims))}"
        # joserfc's algorithm without its registry: the header is ours, checking it again would cost a third of ES256.
        private: Any = self._prepared[key.kind, key.generation]
        return f"{signed}.{base64url(JWSRegistry.algorithms[alg].sign(signed.encode(), private))}"

    def verify_own(self, token: str, now: Instant, *, typ: str | None = None) -> dict[str, Any]:
        """The claims of a token of this `typ` that this provider signed, with any key that is published at `now`.

        No more is checked: expiry and issuer are the caller's, who may want an expired `id_token_hint` (OIDC Core
        §3.1.2.1); ID tokens have no `typ`. Raises `NotSignedHere`.
        """
        try:
            signed, _, signature = token.rpartition(".")
            header_text, payload_text = signed.split(".")
            header, claims = orjson.loads(from_base64url(header_text)), orjson.loads(from_base64url(payload_text))
            key = self._by_kid(header["kid"], now)
            # The key decides the algorithm, never the header (RFC 8725 §3.1).
            # We sign nothing with `crit`, and understand none of it (RFC 7515 §4.1.11).
            if header["alg"] != key.kind.value or "crit" in header or not isinstance(claims, dict):
                raise NotSignedHere
            # One kind of token is never taken for another (RFC 8725 §3.11).
            if header.get("typ") != typ:
                raise NotSignedHere
            public: Any = self._prepared[key.kind, key.generation]
            genuine = JWSRegistry.algorithms[key.kind.value].verify(signed.encode(), from_base64url(signature), public)
        except (ValueError, KeyError, TypeError) as error:
            raise NotSignedHere from error
        if not genuine:
            raise NotSignedHere
        return claims

    def encrypt_to(self, jwk: Mapping[str, Any], text: str, *, alg: str, enc: str, cty: str | None = "JWT") -> str:
        """A compact JWE of `text` to a relying party's public key; raises `jwe.CannotEncrypt`."""
        return jwe.encrypt_to(jwk, text, alg=alg, enc=enc, cty=cty)

    def decrypt(self, text: str, now: Instant) -> str:
        """The plaintext of a JWE to one of our published encryption keys; raises `jwe.NotEncryptedToUs`."""
        published = self._published(KeyKind.RSA_OAEP, now)
        keys = [self._prepared[key.kind, key.generation] for key in reversed(published)]
        return jwe.decrypt((key for key in keys if isinstance(key, RSAKey)), text)

    def _active(self, kind: KeyKind, now: Instant) -> KeyFacts:
        key = active_at(self._facts[kind], now)
        if key is None:
            raise NoActiveKey(kind)
        return key

    def _published(self, kind: KeyKind, now: Instant) -> tuple[KeyFacts, ...]:
        return published_at(self._facts[kind], now)

    def _by_kid(self, kid: str, now: Instant) -> KeyFacts:
        for kind in SIGNING:
            for key in self._published(kind, now):
                if key.kid == kid:
                    return key
        raise NotSignedHere

    def _lasting(self, kind: KeyKind) -> bytes:
        for key in self._facts[kind]:
            return self._secrets[kind, key.generation]
        raise NoActiveKey(kind)
