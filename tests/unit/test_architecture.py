"""What the import contracts of pyproject.toml cannot say: the inside of a package is its own.

`store` and `tables` (and what they were split into: `…_store`, `…_tables`) belong to the package that holds them. And
what fits no screen is no longer read: files and functions stay short.
"""

import ast
import re
import tomllib
from pathlib import Path

import grimp
import pytest

_ONE_STATEMENT = "hot path: one statement asks whether a grant and all above it live"
_AS_AGREED = "asked often: what is told of a binding, and whether that is agreed to, in one statement and at one moment"
_EVERY_MINUTE = (
    "who holds something that a card which ran out still holds up: one statement, not all whose card ever did"
)
_SEALED_TOGETHER = "the make-believe registry's rows are sealed under the person's key, and open in one statement"
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("vneid_idp.bindings.engine.statements", "vneid_idp.consent.tables"): _AS_AGREED,
    ("vneid_idp.bindings.resting_store", "vneid_idp.identity.tables"): _EVERY_MINUTE,
    ("vneid_idp.consent.facts", "vneid_idp.identity.factors.tables"): _ONE_STATEMENT,
    ("vneid_idp.consent.facts", "vneid_idp.identity.tables"): _ONE_STATEMENT,
    ("vneid_idp.grants.disclosure", "vneid_idp.consent.tables"): _ONE_STATEMENT,
    ("vneid_idp.grants.disclosure", "vneid_idp.identity.tables"): _ONE_STATEMENT,
    ("vneid_idp.grants.liveness", "vneid_idp.clients.tables"): _ONE_STATEMENT,
    ("vneid_idp.grants.liveness", "vneid_idp.consent.tables"): _ONE_STATEMENT,
    ("vneid_idp.grants.liveness", "vneid_idp.identity.factors.tables"): _ONE_STATEMENT,
    ("vneid_idp.grants.liveness", "vneid_idp.identity.tables"): _ONE_STATEMENT,
    ("vneid_idp.sandbox.country.store", "vneid_idp.identity.tables"): _SEALED_TOGETHER,
}
"""(importer, imported): why this one reaches into another package."""

STRANGERS = ("vneid_idp.sandbox.social_network", "vneid_idp.sandbox.carrier")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("vneid_idp", exclude_type_checking_imports=True, cache_dir=None)


def _package(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _is_inside(module: str) -> bool:
    last = module.rsplit(".", 1)[-1]
    return last in ("store", "tables") or last.endswith(("_store", "_tables"))


def _reaching_in(graph: grimp.ImportGraph) -> set[tuple[str, str]]:
    return {
        (importer, module)
        for module in graph.modules
        if _is_inside(module)
        for importer in graph.find_modules_that_directly_import(module)
        if _package(importer) != _package(module)
    }


def test_a_package_keeps_its_store_and_tables_to_itself(graph: grimp.ImportGraph) -> None:
    assert _reaching_in(graph) - EXCEPTIONS.keys() == set()


def test_no_exception_outlives_its_reason(graph: grimp.ImportGraph) -> None:
    assert EXCEPTIONS.keys() - _reaching_in(graph) == set()


@pytest.mark.parametrize("stranger", STRANGERS)
def test_the_demos_and_we_are_strangers(graph: grimp.ImportGraph, stranger: str) -> None:
    own = {stranger, *graph.find_descendants(stranger)}
    known = {(module, other) for module in own for other in graph.find_modules_directly_imported_by(module)}
    met = {(other, module) for module in own for other in graph.find_modules_that_directly_import(module)}
    assert {pair for pair in known | met if not set(pair) <= own} == set()


ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts
)


def test_files_and_functions_are_short() -> None:
    long = [path.name for path in SOURCES if len(path.read_text().splitlines()) > 400]
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{path.name}: {node.name}")
    assert long == []


_FROM_TESTS = re.compile(r"from tests(?:[^(\n]|\([^)]*)*\btest_")
"""What is worth parsing, which takes a hundred times as long as looking."""


def test_no_test_module_lives_off_another() -> None:
    """What several of them need stands in `tests/support`, fixtures in a conftest: a test module can be renamed."""
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "tests").rglob("*.py")
        if "node_modules" not in path.parts
        if _FROM_TESTS.search(path.read_text())
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests")
        for name in (f"{node.module}.{alias.name}" for alias in node.names)
        if any(part.startswith("test_") for part in name.split("."))
    }
    assert found == set()


def test_a_package_says_what_it_owns() -> None:
    packages = (ROOT / "src").rglob("__init__.py")
    assert [str(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text()))] == []


RUN_ONCE: dict[str, str] = {}
"""Functions, as `package.module: function`, that call `writing` outside storage, and why they must not run again."""


def _takers(name: str) -> set[str]:
    """The innermost functions of the program outside storage that take an attribute of this name."""
    found = set()
    for path in (ROOT / "src" / "vneid_idp").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT / "src" / "vneid_idp").with_suffix("").parts)
        if module.startswith("storage."):
            continue
        if name not in (source := path.read_text()):
            continue
        tree = ast.parse(source)
        within = {
            inner: node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == name:
                found.add(f"{module}: {within.get(node, '')}")
    return found


def test_guardianship_is_judged_in_one_place() -> None:
    """Who is guardian of whom is read where it is judged, and where it comes from."""
    packages = {found.split(".")[0] for found in _takers("guardian_ids")}
    assert packages == {"identity", "registry_client", "sandbox"}


def test_what_writes_can_run_again() -> None:
    """A deadlock or a fail-over is no reason to refuse somebody: `transact`, except where a reason stands above."""
    assert _takers("writing") == set(RUN_ONCE)


@pytest.mark.parametrize("extra", ["sandbox", "biometrics"])
def test_production_installs_nothing_that_it_does_not_need(extra: str) -> None:
    locked = (ROOT / "requirements.lock").read_text()
    further = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"][extra]
    assert further
    assert not [name for name in further if re.search(rf"^{name}==", locked, re.MULTILINE)]
