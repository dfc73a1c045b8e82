"""What an office does for somebody who came in person (Decree 69/2024 Art. 10): an account is opened or raised to level
2, activated anew, given a passkey or relieved of one.
"""

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import Account, highest_level
from vneid_idp.identity.factors import activation, passkeys
from vneid_idp.identity.factors.passkeys import Site
from vneid_idp.identity.offices.acts import Act, check_possible
from vneid_idp.identity.offices.roles import roles_of
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.follow_registry import follow_registry


class NotCompared(DomainError):
    """Level 2 is given to nobody whose card and face were not compared (Decree 69/2024 Art. 10)."""

    code = "not_compared"
    status = 422
    title = "Level 2 takes a look at the card and the face: say that they were compared."


async def open_account(
    unit: Unit,
    vault: Vault,
    blind: BlindIndex,
    answer: RegisterAnswer,
    level: int,
    *,
    compared: bool,
    policy: Policy,
    deed: Deed,
) -> tuple[Account, str]:
    """Open an account of `level`; it, and the code with which its holder chooses the secrets.

    `compared` says that card and face were; it stands in the event. Raises `NotCompared` for level 2 without it,
    `LevelNotAllowed` by age and card, `SignInNameTaken`, `AccountExists`, and `Overtaken` when what the register said
    may be out of date.
    """
    if level == 2 and not compared:
        raise NotCompared
    person_id = answer.record.person_id
    await persons.seize(unit, person_id, answer=answer)
    highest = highest_level(answer.record, policy.at(unit.now), unit.now)
    check_possible(Act.OPEN_ACCOUNT, await accounts.find(unit, person_id), highest)
    account = await accounts.open_account(
        unit, vault, blind, answer.record, level, policy=policy, compared=compared, deed=deed
    )
    return account, await activation.issue(unit, blind, person_id, deed)


async def raise_level(
    unit: Unit, vault: Vault, blind: BlindIndex, answer: RegisterAnswer, *, compared: bool, policy: Policy, deed: Deed
) -> tuple[Delivery, ...]:
    """Raise an account to level 2 after the person was verified; what to deliver after the commit, where the register
    said something new.

    Raises `NoAccount`, `HolderDied`, `DoneAlready` for one that is of level 2 already, and as above.
    """
    if not compared:
        raise NotCompared
    await persons.seize(unit, answer.record.person_id, answer=answer)
    followed = await follow_registry(unit, vault, blind, answer.record, policy, seized=True)
    highest = highest_level(answer.record, policy.at(unit.now), unit.now)
    check_possible(Act.RAISE_LEVEL, followed.account, highest)
    await accounts.raise_level(unit, answer.record, policy=policy, compared=compared, deed=deed)
    return followed.deliveries


async def check_may_have_passkey(unit: Reading, person_id: str) -> None:
    """Require that a passkey can be added at a desk, before the person's device makes one. Raises as `add_passkey`."""
    await _check(unit, person_id, Act.ADD_PASSKEY)


async def add_passkey(
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
    deed: Deed,
) -> None:
    """Add a passkey for somebody at the desk. Raises `NoAccount`, `HolderDied`, `HoldsRole`, `PasskeyRefused`."""
    await _seize(unit, person_id, Act.ADD_PASSKEY)
    await passkeys.register(
        unit,
        sealer,
        site,
        person_id=person_id,
        context=context,
        sealed=sealed,
        answer=answer,
        name=name,
        unnamed=unnamed,
        code_at=passkeys.NO_CODE,
        deed=deed,
    )


async def remove_passkey(unit: Unit, person_id: str, credential_id: str, deed: Deed) -> bool:
    """Take a passkey from somebody who lost it; whether they had it. Raises `NoAccount`, `HolderDied`."""
    await _seize(unit, person_id, Act.REMOVE_PASSKEY)
    return await passkeys.remove(unit, person_id, credential_id, deed)


async def new_activation_code(unit: Unit, blind: BlindIndex, person_id: str, deed: Deed) -> str:
    """Another activation code, for somebody who forgot the secrets or lost the first code.

    Raises `NoAccount`, `HolderDied`, `HoldsRole`.
    """
    await _seize(unit, person_id, Act.ISSUE_CODE)
    return await activation.issue(unit, blind, person_id, deed)


async def _seize(unit: Unit, person_id: str, act: Act) -> None:
    await persons.seize(unit, person_id)
    await _check(unit, person_id, act)


async def _check(unit: Reading, person_id: str, act: Act) -> None:
    holds_role = bool(await roles_of(unit, person_id))
    check_possible(act, await accounts.find(unit, person_id), holds_role=holds_role)
