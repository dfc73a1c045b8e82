"""Classes of a register's rows, what became of numbers, and states of uploads, in words."""

from collections.abc import Mapping

from vneid_idp.registered_numbers.uploads import NumberOutcome, UploadState
from vneid_idp.registers.classes import RowClass
from vneid_idp.web.i18n import mark

CLASSES: Mapping[RowClass, str] = {
    RowClass.CONSISTENT: mark("All agrees"),
    RowClass.FOREIGNER_CARD: mark("Foreigner with a residence card"),
    RowClass.MINOR: mark("Of a child, for whom a parent or guardian agrees"),
    RowClass.TOO_MANY: mark("More numbers than the law gives without a contract"),
    RowClass.NAME_DIFFERS: mark("Another name than in the population register"),
    RowClass.BIRTHDATE_DIFFERS: mark("Another birth date than in the population register"),
    RowClass.DECEASED: mark("The holder has died"),
    RowClass.NOT_COMPARED: mark("Not compared: too much that differs was said of one ID number"),
    RowClass.NO_SUCH_PERSON: mark("Nobody has this ID number"),
    RowClass.NINE_DIGIT_CARD: mark("An old card with nine digits"),
    RowClass.FOREIGNER_PASSPORT: mark("Foreigner with a passport"),
    RowClass.UNDETERMINED: mark("Nationality not determined"),
    RowClass.ORGANISATION: mark("Of an organisation"),
    RowClass.INCOMPLETE: mark("Data are missing"),
    RowClass.MACHINE: mark("Of a device"),
    RowClass.DUPLICATE: mark("The number stands there twice"),
    RowClass.MALFORMED: mark("The row cannot be read"),
}
OUTCOMES: Mapping[NumberOutcome, str] = {
    NumberOutcome.ADDED: mark("New"),
    NumberOutcome.CHANGED: mark("Something else is told of it"),
    NumberOutcome.RECYCLED: mark("Another holder, or begun anew"),
    NumberOutcome.RETURNED: mark("There again"),
    NumberOutcome.UNCHANGED: mark("As before"),
    NumberOutcome.MISSING: mark("Not there any more"),
}
STATES: Mapping[UploadState, tuple[str, str]] = {
    UploadState.RECEIVING: (mark("arriving"), "neutral"),
    UploadState.READING: (mark("being read"), "neutral"),
    UploadState.COMPLETE: (mark("complete"), "success"),
    UploadState.FAILED: (mark("not read to its end"), "danger"),
}
"""The words of a badge, and how it looks."""
