"""What somebody showed in order to sign in, and what it was held against: it counts only while that stands.

A secret is hashed, a passkey verified and a register asked outside any unit, so what was shown is looked at again in
the unit that opens the session.
"""

from dataclasses import dataclass

from vneid_idp.identity import accounts, secret_hashes
from vneid_idp.identity.factors import distrusted_phones, passkey_store
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.passkeys import METHOD as PASSKEY
from vneid_idp.identity.factors.passkeys import NO_CODE
from vneid_idp.identity.factors.passkeys import ProofRests as ProofRests
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Reading

PASSWORD, PASSCODE, MESSAGE = "pwd", "pin", "sms"
PHONE = "phone"
"""An enrolled phone, unlocked by its passkey, approved the sign-in of another browser."""
SECRETS = {PASSWORD: SecretKind.PASSWORD, PASSCODE: SecretKind.PASSCODE}
"""The secrets by the name of the method that knowing one is."""


class ProofOutdated(DomainError):
    """The secret was changed, the passkey removed, or the phone replaced or trusted no more since it was shown."""

    code = "proof_outdated"
    status = 409
    title = "What you signed in with was changed meanwhile. Sign in again."


@dataclass(frozen=True, slots=True)
class SignInProof:
    """A proof by `method` that was right when it was held `against` something of the person's."""

    method: str
    against: str
    """The hash of the secret (salted, so that another secret or the same one set anew differs), the id of the passkey,
    or that of the phone that approved, the number of the phone to which the code was sent."""


async def check_proof(unit: Reading, vault: Vault, person_id: str, proof: SignInProof) -> Instant:
    """Require that what was shown still is the person's, who is seized; of a passkey on which code it rests
    (`codes_behind`). Raises `ProofOutdated`, and `ProofRests` where it counts for nothing now."""
    code_at, rests = NO_CODE, False
    if proof.method in (PASSKEY, PHONE):
        passkey = await passkey_store.find_passkey(unit, person_id, proof.against)
        stands = passkey is not None
        if passkey is not None:
            code_at = passkey.registered_at if passkey.code_at is None else passkey.code_at
            rests = passkey.rests_since is not None
    elif proof.method == MESSAGE:
        found = await accounts.find_with_profile(unit, vault, person_id)
        trusted = await distrusted_phones.find(unit, person_id) is None
        stands = trusted and found is not None and found[1].record.phone == proof.against
    else:
        secret = await secret_hashes.find_stored(unit, vault, person_id, SECRETS[proof.method].value)
        stands = secret is not None and secret.hash == proof.against
        rests = secret is not None and secret.rests_since is not None
    if not stands:
        raise ProofOutdated
    if rests:
        raise ProofRests
    return code_at
