"""Which tests may notice a change: those that pass through its lines, nearest and quickest first."""

import ast
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from mutants.mutations import Mutation

_FAR = 0.01
"""How near a test is that reaches a line from afar."""

Lines = dict[Path, dict[int, set[str]]]


@dataclass(frozen=True)
class Covering:
    """`lines`: file → line → the tests that run it. `seconds`: how much of a core each test takes."""

    lines: Lines
    seconds: dict[str, float]

    def tests_for(self, mutation: Mutation, most_seconds: float) -> list[str]:
        """The tests to run, as many as take `most_seconds` together."""
        found: set[str] = set()
        for line in range(mutation.start[0], mutation.end[0] + 1):
            found |= self.lines.get(mutation.path, {}).get(line, set())
        if not found or _runs_at_import(mutation):
            # Which test came first and so imported it says nothing of who notices.
            found |= self._of_users(mutation)
        near = self._nearness(mutation.path)
        chosen: list[str] = []
        together = 0.0
        for test in sorted(found, key=lambda test: self.seconds[test] / (near.get(test, 0) + _FAR)):
            together += self.seconds[test]
            if chosen and together > most_seconds:
                break
            chosen.append(test)
        return chosen

    def _nearness(self, path: Path) -> dict[str, float]:
        """How much each test is about this file: a line that few others run counts for more."""
        near: dict[str, float] = defaultdict(float)
        for tests in self.lines.get(path, {}).values():
            for test in tests:
                near[test] += 1 / len(tests)
        return near

    def _of_users(self, mutation: Mutation) -> set[str]:
        """Of what runs once, at import: the tests of the lines that name it, or that name what names it."""
        names = _names_defined_at(mutation)
        found: set[str] = set()
        for _ in range(3):
            if not names or found:
                break
            wanted, further = re.compile(rf"\b({'|'.join(sorted(names))})\b"), set()
            for path, lines in self.lines.items():
                for number, text in enumerate(path.read_text().splitlines(), 1):
                    if wanted.search(text):
                        found |= lines.get(number, set())
                        if assigned := re.match(r"(\w+)\b.* = ", text):
                            further.add(assigned[1])
            names = further - names
        return found


def _runs_at_import(mutation: Mutation) -> bool:
    functions = (
        node
        for node in ast.walk(ast.parse(mutation.path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return not any(node.body[0].lineno <= mutation.start[0] <= (node.end_lineno or 0) for node in functions)


def _names_defined_at(mutation: Mutation) -> set[str]:
    for node in ast.parse(mutation.path.read_text()).body:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        if first <= mutation.start[0] <= (node.end_lineno or node.lineno):
            if isinstance(node, ast.Assign):
                return {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                return {node.target.id}
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                return {node.name}
    return set()


def read(records: list[Path]) -> tuple[Covering, set[str]]:
    """What the recorders wrote of the tests that pass, and the modules that the tests load."""
    lines: Lines = defaultdict(lambda: defaultdict(set))
    seconds: dict[str, float] = {}
    modules: set[str] = set()
    for record in records:
        found = json.loads(record.read_text())
        seconds |= found["seconds"]
        modules |= set(found["modules"])
        for path, by_line in found["lines"].items():
            for number, tests in by_line.items():
                lines[Path(path)][int(number)] |= {test for test in tests if test} - set(found["failed"])
    return Covering({path: dict(by_line) for path, by_line in lines.items()}, seconds), modules
