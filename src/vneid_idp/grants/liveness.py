"""When a grant counts: one condition, in every statement that acts on a token.

The statements join tables of `identity`, `clients` and `consent`, against the rule that tables are private: the answer
must come with the same statement, since a second read a request would cost a third of the throughput, and leave a gap
between the check and the act.
"""

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, bindparam, exists, or_

from vneid_idp.clients.tables import client_families, clients
from vneid_idp.consent.tables import consents
from vneid_idp.grants.tables import grants
from vneid_idp.identity.tables import account_is_usable, accounts, session_is_live, sessions

_DEPTH = 2
"""How many grants may stand above one: a dealer's under a point's under a person's (RFC 8693 §4.1)."""


def session_stands(grant: FromClause) -> ColumnElement[bool]:
    """Whether the session in which `grant` came about lasts. Binds `now`."""
    session = exists().where(
        sessions.c.person_id == grant.c.person_id, sessions.c.session_id == grant.c.session_id, session_is_live()
    )
    return session.correlate(grant)


def stands(grant: FromClause, depth: int = _DEPTH) -> ColumnElement[bool]:
    """Whether all above `grant` stands: consent, account, client, session and parent. Binds `now`.

    `grant` is the table, an alias of it, or a row about to become one. Each part is correlated to it alone, so that a
    statement may join the same tables for itself.
    """
    g = grant.c
    consent = exists().where(
        consents.c.person_id == g.person_id, consents.c.consent_id == g.consent_id, consents.c.withdrawn_at.is_(None)
    )
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
        g.parent_grant_id.is_(None) if depth == 0 else _parent_lives(grant, depth - 1),
    ]
    return and_(*conditions)


def _parent_lives(grant: FromClause, depth: int) -> ColumnElement[bool]:
    parent = grants.alias(f"parent_{_DEPTH - depth}")
    above = exists().where(
        parent.c.client_id == grant.c.parent_client_id,
        parent.c.grant_id == grant.c.parent_grant_id,
        lives(parent, depth),
    )
    return or_(grant.c.parent_grant_id.is_(None), above.correlate(grant))


def lives(grant: FromClause, depth: int = _DEPTH) -> ColumnElement[bool]:
    """Whether a stored grant counts: neither ended nor expired, and all above it stands. Binds `now`."""
    return and_(
        grant.c.revoked_at.is_(None),
        grant.c.expires_at > bindparam("now", type_=BigInteger),
        stands(grant, depth),
    )


IS_LIVE = lives(grants)
"""The condition on the table itself."""
