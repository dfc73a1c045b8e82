"""What is wrong with a registration is told at the console in the language of its reader."""

import ast
from collections.abc import Iterator
from pathlib import Path

import vneid_idp

PACKAGE = Path(vneid_idp.__file__).parent
REFUSALS = {"BadMember", "BadUri", "BadKeys", "BadResourceServer", "InvalidClientMetadata", "InvalidRedirectUri"}
"""Whose words the forms of the console show."""


def unmarked() -> Iterator[str]:
    """Every refusal whose words are neither marked for translation nor another's, which are."""
    for folder in ("protocol", "clients"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            raised = [node.exc for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Raise)]
            for call in raised:
                if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in REFUSALS):
                    continue
                said = ast.unparse(call.args[0])
                if not said.startswith("mark(") and not said.endswith(".wording"):
                    yield f"{path.name}:{call.lineno}: {said}"


def test_every_refusal_of_a_registration_has_words_that_are_translated() -> None:
    assert not [*unmarked()]
