"""What a live grant may hand over, read with everything it depends on in one statement.

Hot path, as in `liveness.py`: it joins tables of `consent` and `identity`.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from vneid_idp.consent.tables import consents
from vneid_idp.grants.liveness import for_each_number, lives
from vneid_idp.grants.service import Grant, grant_of
from vneid_idp.grants.tables import grants
from vneid_idp.identity.account_rules import Account, account_of
from vneid_idp.identity.tables import accounts, person_keys
from vneid_idp.kernel.values import altered
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading

_ACCOUNT = [column.label(f"account_{column.name}") for column in accounts.c if column.name != "person_id"]
_FIND = for_each_number(
    lambda above: Statement(
        select(*grants.c, consents.c.decisions, person_keys.c.sealed_key, *_ACCOUNT)
        .select_from(
            grants.join(
                consents,
                (consents.c.person_id == grants.c.person_id) & (consents.c.consent_id == grants.c.consent_id),
            )
            .join(accounts, accounts.c.person_id == grants.c.person_id)
            .join(person_keys, person_keys.c.person_id == grants.c.person_id)
        )
        .where(
            grants.c.client_id == bindparam("client_id"),
            grants.c.grant_id == bindparam("grant_id"),
            lives(grants, above),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A live grant, with what the person decided, and the sealed profile from which claims are read.

    `account` has the level that the sign-in proved: of a level-2 account one factor proves level 1, whatever is asked.
    """

    grant: Grant
    account: Account
    sealed_profile: str
    sealed_key: str


async def find_disclosure(unit: Reading, client_id: str, grant_id: str, above: int) -> Disclosure | None:
    """Everything that userinfo needs, or `None` when the grant is not live. `above` as for `find_live`."""
    row = await unit.fetch_one(_FIND[above], client_id=client_id, grant_id=grant_id, now=unit.now)
    if row is None:
        return None
    account, grant = account_of(row, "account_"), grant_of(row)
    return Disclosure(
        grant=grant,
        account=altered(account, level=min(account.level, grant.authorisation.level)),
        sealed_profile=row["account_profile"],
        sealed_key=row["sealed_key"],
    )
