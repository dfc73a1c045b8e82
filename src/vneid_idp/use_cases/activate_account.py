"""Somebody activates an account with the code of an office, and chooses the secrets."""

from collections.abc import Mapping

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors import activation, chosen_secrets
from vneid_idp.identity.factors.chosen_secrets import SecretKind, WeakSecret
from vneid_idp.identity.factors.passkeys import NO_CODE
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.acts import Act, possible
from vneid_idp.identity.offices.roles import roles_of
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.use_cases.protect_account import end_lasting_access


async def activate_account(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    person_id: str,
    code: str,
    hashes: Mapping[SecretKind, str],
    *,
    refused: bool = False,
) -> tuple[CodeVerdict, tuple[Delivery, ...]]:
    """Try the code, and if it is right set the secrets; the log-out tokens to deliver after the commit.

    Whoever knew the old secrets is signed out everywhere, and what they may have given services for longer ends. A code
    is good as long as one could be handed out: not for the dead, nor where the account was closed, nor for somebody who
    holds a role, in which its maker would act. It returns, so that a wrong try is counted; but with a right one raises
    `WeakSecret`, and the code stays good, where the secrets are `refused` as ones that whoever knows the person would
    guess.
    """
    await persons.seize(unit, person_id)
    outcome = await activation.use(unit, blind, person_id, code)
    if outcome is not CodeVerdict.RIGHT:
        return outcome, ()
    # Only now: whether there is somebody, and how they stand, must not tell by the time that a wrong try takes.
    holds_role = bool(await roles_of(unit, person_id))
    if Act.ISSUE_CODE not in possible(await accounts.find(unit, person_id), holds_role=holds_role):
        return CodeVerdict.SPENT, ()
    if refused:
        raise WeakSecret(guessed=True)
    for kind, hashed in hashes.items():
        await chosen_secrets.set_hash(unit, vault, person_id, kind, hashed, code_at=NO_CODE)
    await record(unit, Event(EventKind.ACTIVATION_USED, person_id))
    await end_lasting_access(unit, person_id)
    return outcome, await end_sessions(unit, person_id)
