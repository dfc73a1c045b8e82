"""When a grant counts: one condition, in every statement that acts on a token.

The statements join tables of `identity`, `clients` and `consent`, against the rule that tables are private: the answer
must come with the same statement, since a second read a request would cost a third of the throughput, and leave a gap
between the check and the act.
"""

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Label,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
)

from vneid_idp.clients.tables import client_families, clients
from vneid_idp.consent.tables import consents
from vneid_idp.grants.tables import grants
from vneid_idp.identity.factors.tables import session_is_live, sessions
from vneid_idp.identity.tables import account_is_usable, accounts
from vneid_idp.storage.statement import Statement

MOST_ABOVE = 2
"""How many grants may stand above one: a dealer's under a point's under a person's (RFC 8693 §4.1)."""

DECISIONS: Label[str] = (
    select(consents.c.decisions)
    # The grant's columns are written out: SQLAlchemy leaves the table's name away in what SQLite returns, also where it
    # tells two tables apart.
    .where(
        consents.c.person_id == literal_column(f"{grants.name}.person_id"),
        consents.c.consent_id == literal_column(f"{grants.name}.consent_id"),
    )
    .scalar_subquery()
    .label("decisions")
)
"""The decisions of a grant's consent, for statements on the table of grants: who uses one asks what of it counts."""


def session_stands(grant: FromClause) -> ColumnElement[bool]:
    """Whether the session in which `grant` came about lasts. Binds `now`."""
    session = exists().where(
        sessions.c.person_id == grant.c.person_id, sessions.c.session_id == grant.c.session_id, session_is_live()
    )
    return session.correlate(grant)


def stands(grant: FromClause, above: int, *, settled: bool = False) -> ColumnElement[bool]:
    """Whether all above `grant` stands: consent, account, client, session and `above` other grants. Binds `now`.

    With more or fewer grants above it, it does not stand. So each number has its statement, and the tokens say which:
    one for all numbers would make every request pay for the parents that hardly a grant has (PostgreSQL prepares each
    part anew each time; measured: twice the cost).

    `grant` is the table, an alias of it, or a row about to become one. Each part is correlated to it alone, so that a
    statement may join the same tables for itself. With `settled`, also whether the person's answers are still those of
    the instant bound as `as_of`.
    """
    g = grant.c
    consent = exists().where(
        consents.c.person_id == g.person_id, consents.c.consent_id == g.consent_id, consents.c.withdrawn_at.is_(None)
    )
    if settled:
        consent = consent.where(consents.c.changed_at <= bindparam("as_of", type_=BigInteger))
    account = exists().where(accounts.c.person_id == g.person_id, account_is_usable())
    family_is_disabled = exists().where(
        client_families.c.family_id == clients.c.family_id, client_families.c.disabled_at.is_not(None)
    )
    client = exists().where(
        clients.c.client_id == g.client_id,
        clients.c.disabled_at.is_(None),
        or_(clients.c.family_id.is_(None), ~family_is_disabled.correlate(clients)),
    )
    conditions = [
        consent.correlate(grant),
        account.correlate(grant),
        client.correlate(grant),
        # Without offline_access a grant ends with the session, so that log-out is one UPDATE too (OIDC Core §11).
        or_(g.offline == 1, session_stands(grant)),
        g.parent_grant_id.is_(None) if above == 0 else _parent_lives(grant, above - 1),
    ]
    return and_(*conditions)


def _parent_lives(grant: FromClause, above: int) -> ColumnElement[bool]:
    parent = grants.alias(f"parent_{above}")
    found = exists().where(
        parent.c.client_id == grant.c.parent_client_id,
        parent.c.grant_id == grant.c.parent_grant_id,
        lives(parent, above),
    )
    return found.correlate(grant)


def lives(grant: FromClause, above: int, *, settled: bool = False) -> ColumnElement[bool]:
    """Whether a stored grant counts: neither ended nor expired, and all above it stands. Binds `now`; `settled` as for
    `stands`."""
    return and_(
        grant.c.revoked_at.is_(None),
        grant.c.expires_at > bindparam("now", type_=BigInteger),
        stands(grant, above, settled=settled),
    )


def for_each_number(make: Callable[[int], Statement]) -> dict[int, Statement]:
    """A statement for each number of grants that may stand above one."""
    return {above: make(above) for above in range(MOST_ABOVE + 1)}
