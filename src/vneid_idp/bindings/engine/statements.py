"""The statements on a kind's table, made once of its columns and its lifecycle.

Every move is one conditional statement that carries its own event.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    Table,
    and_,
    bindparam,
    func,
    null,
    or_,
    select,
    tuple_,
    update,
)

from vneid_idp.audit.statements import recorded
from vneid_idp.bindings.engine.lifecycle import Lifecycle
from vneid_idp.bindings.engine.tables import is_live
from vneid_idp.consent.tables import consents
from vneid_idp.storage.statement import Statement, insert

_IDS = {"person_id": "person_id", "client_id": "client_id", "subject_id": "binding_id"}


def statements(table: Table, lifecycle: Lifecycle[Any, Any], scope: str) -> dict[str, Statement]:
    """What can be asked of a kind's table and changed in it: `add MOVE` by each way in, `move MOVE`, `list STATE`, and
    `disclose …` what is read together with the answers of the consent that it is under.

    A kind keeps them under a name of its module, by which logs know each.
    """
    c, live, states = table.c, is_live(table, lifecycle), _states(table, lifecycle)
    this = and_(c.client_id == bindparam("of_client"), c.binding_id == bindparam("of_binding"))
    in_scope = and_(c[scope] == bindparam("of_scope"), live)
    has_resource = c.resource_digest == bindparam("resource")
    theirs = or_(c.person_id == bindparam("who"), c.representative_id == bindparam("who"))
    after = and_(c.client_id == bindparam("of_client"), c.binding_id > bindparam("after"))
    in_order = select(table).order_by(c.binding_id).limit(bindparam("limit")).where(after)
    of_person = select(table).order_by(c.binding_id.desc()).limit(bindparam("limit"))
    # A row value is one range of the primary key for both databases, an OR of two is not.
    beyond = tuple_(c.client_id, c.binding_id) > tuple_(bindparam("of_client"), bindparam("after"))
    adds = {f"add {move}": _add(table, lifecycle, move) for state, move in lifecycle.moves if state is None}
    moves = {
        f"move {move}": _move(table, lifecycle, move, and_(this, or_(*(states[state] for state in sorted(sources)))))
        for move in lifecycle.changes
        if (sources := lifecycle.sources(move))
    }
    reads = {
        **{f"list {state}": in_order.where(condition) for state, condition in states.items()},
        "list": in_order,
        "find": select(table).where(this),
        "find resource": select(table).where(in_scope, has_resource),
        "list of person": of_person.where(theirs, c.binding_id < bindparam("before")),
    }
    decided = _decided(table)
    return {
        **adds,
        **moves,
        **{name: Statement(read) for name, read in reads.items()},
        **{f"disclose {name}": Statement(read.add_columns(decided)) for name, read in reads.items()},
        # Alone: of two proofs at once the second finds what the first made of it.
        "seize resource": Statement(reads["find resource"].with_for_update(key_share=True)),
        "find held": Statement(select(table).where(in_scope, or_(has_resource, c.person_id == bindparam("who")))),
        "find of person": Statement(select(table).where(theirs, c.binding_id == bindparam("of_binding"))),
        "list live": Statement(
            select(table).where(live, beyond).order_by(c.client_id, c.binding_id).limit(bindparam("limit"))
        ),
    }


def _decided(table: Table) -> Label[str]:
    """The answers of the consent that a row is under, while that stands.

    It joins a table of `consent`, against the rule that tables are private: a second read would cost every status its
    half, and leave a gap in which what was withdrawn is told.
    """
    giver = func.coalesce(table.c.representative_id, table.c.person_id)
    of_it = and_(consents.c.person_id == giver, consents.c.consent_id == table.c.consent_id)
    answers = select(consents.c.decisions).where(of_it, consents.c.withdrawn_at.is_(None))
    return answers.correlate(table).scalar_subquery().label("decisions")


def _states(table: Table, lifecycle: Lifecycle[Any, Any]) -> dict[StrEnum, ColumnElement[bool]]:
    """`Lifecycle.state_of`, for the database: the sign of a state is there, and none of a later word."""
    conditions: dict[StrEnum, list[ColumnElement[bool]]] = {}
    later: list[ColumnElement[bool]] = []
    for name, state in lifecycle.signs.items():
        conditions.setdefault(state, []).append(and_(table.c[name].is_not(None), *later))
        later.append(table.c[name].is_(None))
    return {state: or_(*alternatives) for state, alternatives in conditions.items()}


def _add(table: Table, lifecycle: Lifecycle[Any, Any], move: StrEnum) -> Statement:
    return recorded(
        insert(table)
        .values({column.name: bindparam(column.name) for column in table.c})
        # Whichever of the two unique indexes refuses: nothing happens, and the caller looks which one it was.
        .on_conflict_do_nothing()
        .returning(table.c.person_id, table.c.client_id, table.c.binding_id),
        lifecycle.events[move],
        **_IDS,
    )


def _move(table: Table, lifecycle: Lifecycle[Any, Any], move: StrEnum, allowed: ColumnElement[bool]) -> Statement:
    change = lifecycle.changes[move]
    values: dict[str, Any] = {name: bindparam("at", type_=BigInteger) for name in change.happens}
    values |= {name: null() for name in change.undoes}
    values |= {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in change.brings}
    moved = update(table).values(values).where(allowed).returning(table)
    return recorded(moved, lifecycle.events[move], **_IDS)
