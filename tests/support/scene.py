"""A person, what stands under them, and three clients with a grant each under the one before: rows, without the pages.

The person agreed to the app in a browser; the back end's grant was derived from the app's, the point's from the back
end's. So everything above the point's grant is here once for itself, once for its parent and once for theirs.
"""

from typing import Any

from sqlalchemy import Table, bindparam

from vneid_idp.clients.tables import client_families, clients
from vneid_idp.consent.tables import consents
from vneid_idp.grants import service as grants
from vneid_idp.identity.factors.tables import sessions
from vneid_idp.identity.tables import accounts, person_keys
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Origin, ParentGrant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, Unit

PERSON, OTHER = "per_a", "per_b"
CHAIN = ("app", "back_end", "point")


def authorisation(of: str, *, scope: tuple[str, ...] = ("openid",)) -> Authorisation:
    """What was granted to one of the chain."""
    above = CHAIN.index(of) - 1
    parent = None if above < 0 else ParentGrant(f"cli_{CHAIN[above]}", f"grt_{CHAIN[above]}", above)
    ground = AuthorisationGround(f"con_{of}", "ses_a" if parent is None else None, parent)
    return Authorisation(f"cli_{of}", PERSON, scope, Origin.BROWSER, ground, level=2, acr="urn:vneid:level:2")


async def add(unit: Unit, table: Table, **values: Any) -> None:
    """Insert a row; columns that are not named stay empty."""
    row = {column.name: values.get(column.name) for column in table.c}
    await unit.execute(Statement(insert(table).values({name: bindparam(name) for name in row})), **row)


async def set_scene(db: Database) -> None:
    """Everything stands, and every grant is open."""
    async with db.writing() as unit:
        now = unit.now
        for person_id in (PERSON, OTHER):
            await _add_person(unit, person_id, now)
        for of in (*CHAIN, "stranger"):
            await add(unit, client_families, family_id=f"fam_{of}", name=of)
            await add_client(unit, of)
            await add(
                unit, consents, person_id=PERSON, consent_id=f"con_{of}", client_id=f"cli_{of}", given_at=now,
                changed_at=now, decisions="{}", child_id="",
            )  # fmt: skip
        for of in CHAIN:
            assert await grants.open_grant(unit, f"grt_{of}", authorisation(of), refreshable=True)


async def add_client(unit: Unit, of: str) -> None:
    """A client in a family of its own."""
    await add(
        unit, clients, client_id=f"cli_{of}", members="{}", management_digest="x", registered_at=unit.now,
        changed_at=unit.now, version=1, family_id=f"fam_{of}",
    )  # fmt: skip


async def _add_person(unit: Unit, person_id: str, now: Instant) -> None:
    await add(unit, person_keys, person_id=person_id, sealed_key="x")
    await add(
        unit, accounts, person_id=person_id, level=2, level_verified_at=now, opened_at=now, profile="x", updated_at=now
    )
    for session_id in ("ses_a", "ses_b"):
        await add(
            unit, sessions, person_id=person_id, session_id=session_id, methods="[]", opened_at=now,
            expires_at=now + HOUR, generation=0,
        )  # fmt: skip
