"""Changes that the library does not make: a statement that is left out, a condition or a column that is."""

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator

_Position = tuple[tuple[int, int], tuple[int, int]]
_OF_CONDITIONS = {"and_", "or_", "where", "values"}
_DEEDS = {"atom_expr", "power", "await", "raise_stmt"}
# What is logged is nobody's right; documentation is a string.
_SPARED = ("_log.", '"', "'", "raise NotImplementedError")


class DropStatement(Operator):  # type: ignore[misc]
    """A deed that is not done, a refusal that is not made."""

    def mutation_positions(self, node: Any) -> Iterator[_Position]:
        """Where this can be done in `node`."""
        if node.type == "simple_stmt" and node.children[0].type in _DEEDS:
            statement = node.children[0]
            if not statement.get_code(include_prefix=False).removeprefix("await ").startswith(_SPARED):
                yield statement.start_pos, statement.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """`node` with the statement left out."""
        prefix = node.children[0].get_first_leaf().prefix
        node.children[0] = parso.parse(f"{prefix}pass")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return (Example("foo()\n", "pass\n"),)


class DropCondition(Operator):  # type: ignore[misc]
    """One of the conditions of a statement in SQL, or one of the columns that it writes."""

    def mutation_positions(self, node: Any) -> Iterator[_Position]:
        """Where this can be done in `node`."""
        # All of them before the first is left out: the library goes on asking while it changes.
        return iter([(node.children[at].start_pos, node.children[at].end_pos) for at in _arguments(node)])

    def mutate(self, node: Any, index: int) -> Any:
        """`node` without the argument."""
        at = _arguments(node)[index]
        del node.children[max(at - 1, 0) : at + 1 if at else 2]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return (Example("and_(a, b)", "and_( b)"),)


def _arguments(node: Any) -> list[int]:
    if node.type != "arglist" or node.parent.type != "trailer":
        return []
    before = node.parent.get_previous_sibling()
    called = before.children[-1] if before is not None and before.type == "trailer" else before
    if called is None or getattr(called, "value", "") not in _OF_CONDITIONS:
        return []
    found = [at for at, child in enumerate(node.children) if child.type != "operator"]
    return found if len(found) > 1 else []
