"""Make-believe registers of carriers hold the junk that they say they hold."""

from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import COLUMNS, Column
from vneid_idp.sandbox.country.invented_register import invented_rows

NUMBER = COLUMNS.index(Column.PHONE_NUMBER)


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
