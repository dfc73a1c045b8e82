"""Which tests may notice a change: those that pass through its lines, nearest and quickest first."""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutants.mutations import Mutation

_FAR = 0.01
"""How near a test is that reaches a line from afar."""

_WORD = re.compile(r"[A-Za-z_]{4,}")

Lines = dict[Path, dict[int, set[str]]]


@dataclass(frozen=True)
class Covering:
    """`lines`: file → line → the tests that run it. `seconds`: how much of a core each test takes."""

    lines: Lines
    seconds: dict[str, float]

    def rounds_for(self, mutation: Mutation, most_seconds: float) -> list[list[str]]:
        """The tests to run, as many as take `most_seconds` together: the quickest, which notice most, and if those do
        not notice it, the nearest. Few changes get past both: before one counts as survived, three times as many more
        are asked."""
        found: set[str] = set()
        for line in range(mutation.start[0], mutation.end[0] + 1):
            found |= self.lines.get(mutation.path, {}).get(line, set())
        if not found or _runs_once(mutation):
            # Which test came first and so ran it says nothing of who notices.
            found |= self._of_users(mutation)
        near, spoken = self._nearness(mutation.path), _spoken_of(mutation)
        quickest = self._within(sorted(found, key=lambda test: self.seconds[test]), most_seconds / 3)
        others = found - set(quickest)

        def cost(test: str) -> float:
            return self.seconds[test] / (near.get(test, 0) + spoken.get(test.partition("::")[0], 0) + _FAR)

        by_worth = sorted(others, key=cost)
        nearest = self._within(by_worth, most_seconds * 2 / 3)
        asked = set(nearest)
        rest = [test for test in by_worth if test not in asked]
        return [tests for tests in (quickest, nearest, self._within(rest, most_seconds * 3)) if tests]

    def _within(self, tests: Sequence[str], most_seconds: float) -> list[str]:
        """As many of them as take so long together; where each is too long, the first."""
        chosen: list[str] = []
        left = most_seconds
        for test in tests:
            if self.seconds[test] <= left:
                left -= self.seconds[test]
                chosen.append(test)
        return chosen or list(tests[:1])

    def _nearness(self, path: Path) -> dict[str, float]:
        """How much each test is about this file: a line that few others run counts for more."""
        near: dict[str, float] = defaultdict(float)
        for tests in self.lines.get(path, {}).values():
            for test in tests:
                near[test] += 1 / len(tests)
        return near

    def _of_users(self, mutation: Mutation) -> set[str]:
        """Of what runs once: the tests of what it stands in, those that name it themselves, and those of the lines that
        name it, or name what names it."""
        node = _definition_at(mutation.path, mutation.start[0])
        if node is None:
            return set()
        names, found = _names_of(node), set[str]()
        speaking = {file for file, words in _words_of_tests().items() if words & names}
        themselves = {test for test in self.seconds if test.partition("::")[0] in speaking}
        for _ in range(3):
            if not names or found:
                break
            wanted, further = re.compile(rf"\b({'|'.join(sorted(names))})\b"), set()
            for path, lines in self.lines.items():
                for number, text in enumerate(_written(path), 1):
                    if wanted.search(text):
                        found |= lines.get(number, set())
                        further |= _names_of(_definition_at(path, number))
            names = further - names
        inside = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return found.union(themselves, *(self.lines.get(mutation.path, {}).get(number, set()) for number in inside))


def _spoken_of(mutation: Mutation) -> dict[str, float]:
    """How much each file of tests speaks of what stands in the changed lines: a word that few others use counts for
    more."""
    source = "\n".join(_written(mutation.path)[mutation.start[0] - 1 : mutation.end[0]])
    spoken: dict[str, float] = defaultdict(float)
    for word in set(_WORD.findall(source)):
        files = [name for name, words in _words_of_tests().items() if word in words]
        for name in files:
            spoken[name] += 1 / len(files)
    return spoken


@cache
def _words_of_tests() -> dict[str, frozenset[str]]:
    root = Path(__file__).parent.parent
    files = sorted((root / "tests").rglob("test_*.py"))
    return {str(path.relative_to(root)): frozenset(_WORD.findall(path.read_text())) for path in files}


def _runs_once(mutation: Mutation) -> bool:
    """Whether it runs at import, or in a function whose answer is kept."""
    functions = (
        node
        for node in ast.walk(ast.parse(mutation.path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
    )
    return not any(node.body[0].lineno <= mutation.start[0] <= (node.end_lineno or 0) for node in functions)


@cache
def _written(path: Path) -> list[str]:
    return path.read_text().splitlines()


@cache
def _definitions(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text()).body


def _definition_at(path: Path, line: int) -> ast.stmt | None:
    for node in _definitions(path):
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        if first <= line <= (node.end_lineno or node.lineno):
            return node
    return None


def _names_of(node: ast.stmt | None) -> set[str]:
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
