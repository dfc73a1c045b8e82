"""Statements: one text a database, arguments by position."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, select, update

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


def test_a_statement_is_compiled_once() -> None:
    statement = Statement(select(things))
    assert statement.postgresql() is statement.postgresql()
    assert statement.sqlite() is statement.sqlite()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://"])
def test_other_databases_are_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="must start with"):
        open_database(url, Watch())
