"""An office opens an account, or raises it to level 2, for somebody who came in person (Decree 69/2024 Art. 10)."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, activation, passkeys, persons
from vneid_idp.identity.passkeys import Site
from vneid_idp.identity.persons import Told
from vneid_idp.identity.rules import Account
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.follow_registry import follow_registry

CODE_LIFE = activation.LIFETIME
"""How long an activation code lasts."""


async def open_account(
    unit: Unit, vault: Vault, blind: BlindIndex, told: Told, level: int, *, policy: Policy, deed: Deed
) -> tuple[Account, str]:
    """Open an account of `level`; it, and the code with which its holder chooses the secrets.

    Raises `LevelNotAllowed` by age and card, `SignInNameTaken`, `AccountExists`, and `Overtaken` when what the register
    said may be out of date.
    """
    person_id = told.record.person_id
    await persons.seize(unit, person_id, told=told)
    if await accounts.find(unit, person_id) is not None:
        raise accounts.AccountExists
    account = await accounts.open_account(unit, vault, blind, told.record, level, policy=policy, deed=deed)
    return account, await activation.issue(unit, blind, person_id, deed)


async def raise_level(unit: Unit, vault: Vault, blind: BlindIndex, told: Told, *, policy: Policy, deed: Deed) -> bool:
    """Raise an account to level 2 after the person was verified; whether it was below.

    Raises `LevelNotAllowed`, and `Overtaken` as above.
    """
    await persons.seize(unit, told.record.person_id, told=told)
    await follow_registry(unit, vault, blind, told.record, policy)
    return await accounts.raise_level(unit, told.record, 2, policy=policy, deed=deed)


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
    deed: Deed,
) -> None:
    """Add a passkey for somebody at the desk. Raises `NoAccount` and `PasskeyRefused`."""
    await persons.seize(unit, person_id)
    await accounts.get_open(unit, person_id)
    await passkeys.register(
        unit, sealer, site, person_id=person_id, context=context, sealed=sealed, answer=answer, name=name, deed=deed
    )


async def remove_passkey(unit: Unit, person_id: str, credential_id: str, deed: Deed) -> bool:
    """Take a passkey from somebody who lost it; whether they had it. Raises `NoAccount`."""
    await persons.seize(unit, person_id)
    await accounts.get_open(unit, person_id)
    return await passkeys.remove(unit, person_id, credential_id, deed)


async def new_activation_code(unit: Unit, blind: BlindIndex, person_id: str, deed: Deed) -> str:
    """Another activation code, for somebody who forgot the secrets or lost the first code. Raises `NoAccount`."""
    await persons.seize(unit, person_id)
    await accounts.get_open(unit, person_id)
    return await activation.issue(unit, blind, person_id, deed)
