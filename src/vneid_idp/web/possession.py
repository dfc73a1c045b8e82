"""Which key a request proves to hold: by a DPoP proof (RFC 9449) that was never seen before, or by the certificate of
its connection (RFC 8705).

A proof costs one statement, a certificate none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from vneid_idp.clients.service import Once, proof_once, use_up
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.dpop import PROOF_LIFE, Proof, check_age, read_proof
from vneid_idp.protocol.errors import InvalidDpopProof, UseDpopNonce
from vneid_idp.web.certificate import certificate_of
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.request_headers import headers

NONCE_LIFE: Instant = 5 * MINUTE
"""How long a nonce is good: proofs made with it count whatever the clock of who made them says."""


def next_nonce(provider: Idp, client: Client) -> dict[str, str]:
    """The header that tells a client what its next proof is to hold (RFC 9449 §8); nothing where none is asked for."""
    return {"DPoP-Nonce": _new_nonce(provider)} if client.profile in provider.dpop_nonce else {}


@dataclass(frozen=True, slots=True)
class Possession:
    """The key that a request proves to hold, and what is remembered of a proof when it counts."""

    key: Confirmation | None = None
    once: Once | None = None
    """Of a proof."""
    is_used_up: bool = False

    async def use_up(self, provider: Idp, client: Client) -> None:
        """Let the proof count this once, by whichever worker, unless it does already. Raises `InvalidDpopProof`.

        Call it when nothing else speaks against the request: what strangers send in the name of a public client is
        judged without a row being written.
        """
        if self.once is None or self.is_used_up:
            return
        async with provider.db.single() as unit:
            self.check_fresh(await use_up(unit, client.client_id, self.once))

    def check_fresh(self, used_before: Collection[Once]) -> None:
        """The proof is not among what was used before. Raises `InvalidDpopProof`."""
        if self.once in used_before:
            raise InvalidDpopProof("The DPoP proof was used before: its jti must be new each time.", about="jti")


def read_proven(request: Request, client: Client, access_token: str | None = None) -> Possession:
    """What the DPoP proof of a client's request shows; with the `access_token` that it is to be for, at a resource.

    Raises `InvalidDpopProof` and `UseDpopNonce`.
    """
    proofs = headers(request, b"dpop")
    if not proofs:
        return Possession()
    provider = idp(request)
    proof = read_proof(proofs, request.method, provider.urls(request.scope["path"]), access_token)
    return Possession(proof.key, proof_once(proof.key.thumbprint, proof.jti, _good_until(provider, client, proof)))


def read_binding(request: Request, client: Client) -> Possession:
    """What the tokens of a request are to be bound to: the key of its proof, or the certificate where the client
    registered that; nothing for a bearer's. Raises as `read_proven`, and `InvalidRequest`."""
    if not client.tls_client_certificate_bound_access_tokens:
        return read_proven(request, client)
    certificate = certificate_of(idp(request), request)
    return Possession(None if certificate is None else certificate.confirmation)


def _good_until(provider: Idp, client: Client, proof: Proof) -> Instant:
    now = provider.clock.now()
    if proof.nonce is None and client.profile not in provider.dpop_nonce:
        check_age(proof, now)
        return proof.issued_at + PROOF_LIFE
    issued_at = _opened(provider, proof.nonce)
    if issued_at is None or not now - NONCE_LIFE < issued_at <= now + PROOF_LIFE:
        problem = "no nonce" if proof.nonce is None else "a nonce that this provider did not hand out of late"
        raise UseDpopNonce(
            f"The DPoP proof has {problem}: take the one of the DPoP-Nonce header.", _new_nonce(provider)
        )
    return issued_at + NONCE_LIFE


def _new_nonce(provider: Idp) -> str:
    # Nothing of it is stored: every worker opens it.
    return provider.keys.sealer.seal_json(SealPurpose.DPOP_NONCE, provider.clock.now())


def _opened(provider: Idp, nonce: str | None) -> Instant | None:
    try:
        found: Any = None if nonce is None else provider.keys.sealer.open_json(SealPurpose.DPOP_NONCE, nonce)
    except NotSealedHere:
        return None
    return found if isinstance(found, int) else None
