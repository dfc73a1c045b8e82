"""The file of faults: where and why, and nothing that a spreadsheet would run."""

import io

import pytest

from vneid_idp.registers.columns import Column
from vneid_idp.registers.faults import Fault, FaultCode, FaultFile, safe_cell


def test_a_fault_is_a_line_with_place_and_code() -> None:
    file = io.StringIO()
    faults = FaultFile(file)
    faults.write(Fault(3, Column.BIRTHDATE, FaultCode.NOT_A_DATE))
    faults.write(Fault(4, None, FaultCode.BAD_QUOTES))
    assert file.getvalue() == "line,column,code\n3,birthdate,not_a_date\n4,,bad_quotes\n"


@pytest.mark.parametrize("text", ["=1+1", "+84951234567", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"a{text}") == f"a{text}"
