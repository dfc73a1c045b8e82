"""Make-believe registers of carriers hold the junk that they say they hold."""

from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import COLUMNS, Column
from vneid_idp.sandbox.country.invented_register import JUNK, OF_ALL, invented_rows

NUMBER = COLUMNS.index(Column.PHONE_NUMBER)
AUTHENTICATED = COLUMNS.index(Column.AUTHENTICATED_BY)


def test_a_duplicate_repeats_the_number_of_a_row_that_can_be_read() -> None:
    read: set[str] = set()
    repeated = 0
    for row in invented_rows(40_000, 1):
        number = f"+84{row.cells[NUMBER].removeprefix('+84').removeprefix('0')}"
        if row.row_class is RowClass.DUPLICATE:
            assert number in read
            repeated += 1
        if row.row_class is not RowClass.MALFORMED:
            read.add(number)
    assert repeated > 100


def test_the_next_edition_is_the_same_register_in_better_order() -> None:
    first, second = ({row.cells[NUMBER]: row for row in invented_rows(5_000, 2, edition=each)} for each in (1, 2))
    gone = first.keys() - second.keys()
    assert 0 < len(gone) < 300
    changed = [number for number in second.keys() & first.keys() if second[number].cells != first[number].cells]
    junk = {RowClass.INCOMPLETE, RowClass.NAME_DIFFERS}
    mended = [number for number in changed if first[number].row_class in junk]
    assert mended
    assert all(second[number].row_class not in junk for number in mended)
    assert any(second[number].cells[AUTHENTICATED] == "carrier_app" for number in changed)


def test_how_much_junk_there_is_can_be_said() -> None:
    assert {row.row_class for row in invented_rows(500, 1, junk={RowClass.MACHINE: OF_ALL})} <= {RowClass.MACHINE}
    assert not {row.row_class for row in invented_rows(500, 1, junk={})} & JUNK.keys()
