"""Commands that say who and why refuse to go on without, before they ask for, read or open anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from tests.support.commands import invoke
from vneid_idp.audit.deeds import BadDeed
from vneid_idp.cli.commands import app


def _commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, (*path, name))
        elif isinstance(command, TyperCommand):
            yield (*path, name), command


_ROOT = typer.main.get_command(app)
assert isinstance(_ROOT, TyperGroup)
DEEDS = {
    path: command
    for path, command in _commands(_ROOT)
    if {"by", "reason"} <= {parameter.name for parameter in command.params}
}


_POSSIBLE = {"role": "clerk", "issued": "2026-01-02", "valid_until": "2026-01-02"}
"""For a parameter that does not take anything; what it does not take is refused before all else."""


def _filled(command: TyperCommand) -> list[str]:
    """Something for every parameter that has to be told."""
    found: list[str] = []
    for parameter in command.params:
        if not parameter.required or parameter.name in ("by", "reason"):
            continue
        value = _POSSIBLE.get(parameter.name or "", "1")
        if isinstance(parameter, TyperArgument):
            found.append(value)
        elif getattr(parameter, "is_flag", False):
            found.append(parameter.opts[0])
        else:
            found += [parameter.opts[0], value]
    return found


def test_the_commands_that_say_who_and_why_are_found() -> None:
    assert ("office", "report-death") in DEEDS
    assert ("clients", "register") in DEEDS
    assert len(DEEDS) > 25


@pytest.mark.parametrize("path", DEEDS, ids=" ".join)
@pytest.mark.parametrize("said", [("--by", "hang", "--reason", "x"), ("--by", "someone else", "--reason", "a reason")])
def test_nothing_is_asked_for_before_who_and_why(
    path: tuple[str, ...], said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # without a database, settings, or a file to read
    result = invoke([*path, *_filled(DEEDS[path]), *said], typed="")
    assert result.exit_code == 1, result.output
    assert result.stderr.split() == BadDeed.title.split()
    assert result.stdout == ""
