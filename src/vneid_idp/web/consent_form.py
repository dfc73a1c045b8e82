"""What the form of a consent screen decides. Pure."""

from collections.abc import Mapping

from vneid_idp.protocol.claims import Decision, Decisions
from vneid_idp.web.consent_lines import FULL, NOTHING, SMALLER, Line
from vneid_idp.web.consent_view import Screen
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import mark


def read_decisions(shown: Screen, form: Form) -> tuple[Decisions, Mapping[str, str]]:
    """What the form decides about everything that was shown, and the lines that still need a choice (key to message).

    Silence gives nothing away (Law 91/2025 Art. 9): a line without an answer is left out, or asked again if required.
    """
    decisions: Decisions = {}
    errors: dict[str, str] = {}
    for group in shown.groups:
        for line in group.required.lines:
            choice = form[line.key] if line.smaller else FULL
            if choice not in (FULL, SMALLER):
                errors[line.key] = mark("Choose how much to share.")
            decide_line(decisions, line, choice)
        for line in group.optional.lines:
            decide_line(decisions, line, form[line.key])
        for line in group.absent.lines:
            decide_line(decisions, line, NOTHING)
    for permission in shown.permissions:
        item = permission.item
        decisions[item.name] = Decision(item.purpose, item.version, given=True)
    return decisions, errors


def decide_line(decisions: Decisions, line: Line, choice: str) -> None:
    """Write what `choice` (`FULL`, `SMALLER`, or anything else for nothing) decides about a line."""
    smaller = line.smaller if choice == SMALLER else None
    for item in line.items:
        instead = smaller.claim if smaller is not None and smaller.instead_of == item.name else None
        decisions[item.name] = Decision(item.purpose, item.version, given=choice == FULL, instead=instead)
