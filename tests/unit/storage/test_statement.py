"""Statements: one text a database, arguments by position."""

import gc
import importlib
import pkgutil
from types import ModuleType

import pytest
from sqlalchemy import BigInteger, Column, Executable, MetaData, Table, Text, bindparam, select, update

import vneid_idp
from tests.support.watch import Watch
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import BadStatement, Statement, insert

things = Table("things", MetaData(), Column("a", Text, primary_key=True), Column("b", BigInteger))


def test_each_database_gets_its_own_placeholders() -> None:
    statement = Statement(select(things.c.b).where(things.c.a == bindparam("a"), things.c.b > bindparam("least")))
    assert statement.postgresql().sql.endswith("things.a = $1::VARCHAR AND things.b > $2::BIGINT")
    assert statement.sqlite().sql.endswith("things.a = ? AND things.b > ?")
    for compiled in (statement.postgresql(), statement.sqlite()):
        assert compiled.arguments({"least": 3, "a": "x"}) == ["x", 3]


def test_a_missing_argument_is_an_error_and_never_a_null() -> None:
    statement = Statement(update(things).where(things.c.a == bindparam("of")).values(b=bindparam("b")))
    for compiled in (statement.postgresql(), statement.sqlite()):
        with pytest.raises(BadStatement, match="'b'"):
            compiled.arguments({"of": "x"})


def test_an_argument_that_no_parameter_takes_is_an_error() -> None:
    statement = Statement(select(things.c.b).where(things.c.b > 7, things.c.a == bindparam("a", "fallback")))
    for compiled in (statement.postgresql(), statement.sqlite()):
        for wrong in ({"aa": "x"}, {"a": "x", "b": 1}, {"b_1": 9}):
            with pytest.raises(BadStatement, match=r"no parameter is called (aa|b|b_1)"):
                compiled.arguments(wrong)


def test_where_databases_run_different_statements_the_arguments_of_both_are_known() -> None:
    b_is = Statement(select(things.c.a).where(things.c.b == bindparam("after")))
    statement = Statement(
        select(things.c.b).where(things.c.a == bindparam("a"), things.c.b == bindparam("only_postgresql")),
        sqlite=select(things.c.b).where(things.c.a == bindparam("a")),
        sqlite_after=b_is,
    )
    given = {"a": "x", "only_postgresql": 1, "after": 2}
    assert statement.postgresql().arguments(given) == ["x", 1]
    assert statement.sqlite().arguments(given) == ["x"]
    for compiled in (statement.postgresql(), statement.sqlite()):
        with pytest.raises(BadStatement, match="called more"):
            compiled.arguments(given | {"more": 1})


filled = Table(
    "filled",
    MetaData(),
    Column("a", Text, primary_key=True),
    Column("b", BigInteger, default=7),
    Column("c", BigInteger, onupdate=lambda: 7),
)


@pytest.mark.parametrize(
    ("construct", "reason"),
    [
        (select(things).where(things.c.a.in_(["x", "y"])), "IN list"),
        (select(things).where(things.c.a.in_(bindparam("many", expanding=True))), "IN list"),
        (insert(filled).values(a=bindparam("a")), "filled.b"),
        (select(insert(filled).values(a=bindparam("a")).returning(filled.c.a).cte()), "filled.b"),
        (update(filled).values(b=1), "filled.c"),
    ],
)
def test_what_only_the_engine_of_sqlalchemy_would_do_is_refused(construct: Executable, reason: str) -> None:
    statement = Statement(construct)
    for compiled in (statement.postgresql, statement.sqlite):
        with pytest.raises(BadStatement, match=reason):
            compiled()


def test_a_default_that_is_given_or_stands_in_the_database_is_none_to_fill() -> None:
    Statement(insert(filled).values(a=bindparam("a"), b=bindparam("b"))).sqlite()
    Statement(update(filled).values(c=bindparam("c"))).postgresql()


LOST = {"and": Statement(select(things))}


def test_a_statement_knows_where_it_was_declared() -> None:
    assert LOST["and"].name == f"{__name__}.LOST[and]"
    assert Statement(select(things)).name == "a statement made at run time"


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(vneid_idp.__path__, "vneid_idp.")
    return [importlib.import_module(each.name) for each in found if not each.name.endswith("__main__")]


def test_every_statement_of_the_program_compiles_on_both_databases_and_has_a_name() -> None:
    modules = {module.__name__ for module in _modules()}
    ours = [each for each in gc.get_objects() if isinstance(each, Statement) and each._module in modules]
    assert len(ours) > 100
    # The second halves of `recorded` statements speak for themselves only on SQLite, and never fail alone.
    halves = {id(each.sqlite_after) for each in ours}
    for each in ours:
        assert each.sqlite().sql
        if id(each) not in halves:
            assert each.postgresql().sql
            assert each.name.startswith(each._module), each.sqlite().sql


def test_literals_of_the_statement_are_kept_and_can_be_given() -> None:
    statement = Statement(select(things.c.b).where(things.c.b > 7, things.c.a == bindparam("a", "fallback")))
    for compiled in (statement.postgresql(), statement.sqlite()):
        assert sorted(map(str, compiled.arguments({}))) == ["7", "fallback"]
        assert "x" in compiled.arguments({"a": "x"})


def test_on_conflict_is_written_for_both() -> None:
    statement = Statement(insert(things).on_conflict_do_nothing(index_elements=["a"]).returning(things.c.a))
    for compiled in (statement.postgresql(), statement.sqlite()):
        assert "ON CONFLICT (a) DO NOTHING RETURNING" in compiled.sql
        assert compiled.arguments({"a": "x", "b": 1}) == ["x", 1]


def test_only_what_writes_is_answered_before_it_is_on_disk() -> None:
    writing = Statement(update(things).where(things.c.a == bindparam("of")).values(b=1))
    assert writing.postgresql_at_once().sql.endswith("RETURNING set_config('synchronous_commit', 'off', true)")
    assert "set_config" not in writing.postgresql().sql + writing.sqlite().sql
    with pytest.raises(BadStatement):
        Statement(select(things)).postgresql_at_once()


def test_a_statement_is_compiled_once() -> None:
    statement = Statement(select(things))
    assert statement.postgresql() is statement.postgresql()
    assert statement.sqlite() is statement.sqlite()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://"])
def test_other_databases_are_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="must start with"):
        open_database(url, Watch())
