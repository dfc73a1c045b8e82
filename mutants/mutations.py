"""All the small changes that can be made to a set of files, and the source that each of them leaves."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from mutants.operators import DropCondition, DropStatement

_OWN = {"own/DropStatement": DropStatement, "own/DropCondition": DropCondition}
# The library puts each operator in the place of each other. Most of that breaks at once, which says nothing of the
# tests, or means the same again (`is` and `<` of an enumeration): a comparison is turned, or moved by one.
_COMPARISONS = {
    "Eq_NotEq",
    "NotEq_Eq",
    "Is_IsNot",
    "IsNot_Is",
    "Lt_LtE",
    "Lt_GtE",
    "LtE_Lt",
    "LtE_Gt",
    "Gt_GtE",
    "Gt_LtE",
}
_COMPARISONS |= {"GtE_Gt", "GtE_Lt"}
_ARITHMETIC = {"Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul", "BitOr_BitAnd", "BitAnd_BitOr"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """The `occurrence`-th place in the file at `path` where `operator` can be applied; lines and columns of it."""

    path: Path
    operator: str
    occurrence: int
    start: tuple[int, int]
    end: tuple[int, int]

    def source(self) -> str:
        """The file as it would be. Raises `ValueError` where the library makes no change."""
        changed: str | None = mutate_code(self.path.read_text(), _operator(self.operator), self.occurrence)
        if changed is None:
            raise ValueError(f"{self} changes nothing")
        return changed

    def compiles(self) -> bool:
        """Whether Python takes what it leaves: the library also doubles the star of a signature."""
        try:
            compile(self.source(), str(self.path), "exec", dont_inherit=True)
        except SyntaxError:
            return False
        return True


def mutations_of(paths: list[Path]) -> Iterator[Mutation]:
    """Every change, in the order of files and operators."""
    names = [name for name in plugins.operator_names() if _says_something(name)]
    for path in paths:
        source = path.read_text()
        spared = _spared(source)
        nodes = list(ast_nodes(get_ast(source)))
        for name in [*names, *_OWN]:
            operator = _operator(name)
            places = (place for node in nodes for place in operator.mutation_positions(node))
            for occurrence, (start, end) in enumerate(places):
                if not any(first <= start and end <= last for first, last in spared):
                    yield Mutation(path, name, occurrence, start, end)


def _says_something(name: str) -> bool:
    if plugins.get_operator(name).arguments():
        return False
    kind, _, replacement = name.partition("Operator_")
    if kind == "core/ReplaceComparison":
        return replacement in _COMPARISONS
    return kind != "core/ReplaceBinary" or replacement in _ARITHMETIC


def _operator(name: str) -> Any:
    return (_OWN[name] if name in _OWN else plugins.get_operator(name))()


def _spared(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """What the type checker reads, how a dataclass is laid out, what is abstract or only kept to be quick: nothing that
    happens depends on them."""
    found: list[ast.AST] = []
    decorators: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(decorator_list=[*_, ast.Name(id="cache" | "abstractmethod")]):
                decorators.append(((node.decorator_list[0].lineno, 0), (node.lineno + 1, 0)))
        match node:
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.AST() as annotation):
                found.append(annotation)
            case ast.FunctionDef(returns=ast.AST() as returns) | ast.AsyncFunctionDef(returns=ast.AST() as returns):
                found.append(returns)
            case ast.Call(func=ast.Name(id="dataclass" | "cast")):
                found.append(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.BitOr())) if name[0].isupper():
                found.append(node)  # an alias of a type
    spans = [((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)) for node in found]  # type: ignore[attr-defined]
    return spans + decorators
