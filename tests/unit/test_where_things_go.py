"""Who adds a thing of a common kind finds one place, or is told the others: CONTRIBUTING's table, held true."""

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from fastapi import APIRouter
from scripts.openapi import contracts

import vneid_idp
from vneid_idp.app import APIS
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome
from vneid_idp.delivery.sender import Delivery, Sender, UnservedChannel, check_served
from vneid_idp.matchers import MATCHERS
from vneid_idp.protocol.claims import SCOPES
from vneid_idp.registries import REGISTRIES
from vneid_idp.sandbox.country.persona_list import SKETCHES
from vneid_idp.settings import Settings
from vneid_idp.web.kind_words import KIND_WORDS

PACKAGE = Path(vneid_idp.__file__).parent


def routers() -> dict[str, APIRouter]:
    """The JSON APIs that a face has: `router` in its `routes.py`, or in `api.py` where several files have doors."""
    found = {}
    for path in sorted(PACKAGE.glob("*/routes.py")):
        file = "api" if path.with_name("api.py").exists() else "routes"
        router = getattr(import_module(f"vneid_idp.{path.parent.name}.{file}"), "router", None)
        if isinstance(router, APIRouter):
            found[path.parent.name] = router
    return found


def test_a_json_api_is_served_and_its_contract_published() -> None:
    published = {path for document in contracts().values() for path in document["paths"]}
    assert routers()
    for face, router in routers().items():
        prefix = next((prefix for prefix, served in APIS.items() if served is router), None)
        assert prefix is not None, f"{face}/routes.py: its router has no line in `APIS` of app.py"
        assert (PACKAGE / face / "contract.py").exists(), f"{face} has no contract.py, so nothing of it is published"
        assert any(path.startswith(prefix) for path in published), f"{face}/contract.py publishes nothing of {prefix}"


def test_the_setting_names_the_registries_that_there_are() -> None:
    named = get_args(Settings.model_fields["registry"].annotation)
    assert set(named) == set(REGISTRIES), "registries.py (`REGISTRIES`) and settings.py (`registry`) name the same"


def test_the_setting_names_the_matchers_that_there_are() -> None:
    named = get_args(Settings.model_fields["face_matcher"].annotation)
    assert set(named) == set(MATCHERS), "matchers.py (`MATCHERS`) and settings.py (`face_matcher`) name the same"


UNITS = {"SECOND", "MINUTE", "HOUR", "DAY"}


def lasts(node: ast.AST | None) -> bool:
    """Whether an expression is so many units of time, or one."""
    times = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant)
    unit = node.right if times and isinstance(node, ast.BinOp) else node
    return isinstance(unit, ast.Name) and unit.id in UNITS


def test_each_lifetime_is_declared_so_that_one_search_finds_them() -> None:
    """`grep -rn ': Instant = ' src`, as CONTRIBUTING says."""
    lost = []
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in ("sandbox", "kernel"):
            continue
        source = path.read_text()
        if not any(unit in source for unit in UNITS):
            continue
        tree = ast.parse(source)
        plain: list[ast.stmt | ast.expr] = [
            node for node in ast.walk(tree) if isinstance(node, ast.Assign) and lasts(node.value)
        ]
        inside = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
        products = [node for each in inside for node in ast.walk(each) if isinstance(node, ast.BinOp) and lasts(node)]
        lost += [f"{path.name}:{node.lineno}" for node in [*plain, *products]]
    assert lost == [], "declare it at the top of its module, as `NAME: Instant = …`"


def test_why_a_binding_rests_is_decided_by_its_kind() -> None:
    ground = re.compile(r"RestingGround\.[A-Z]+")
    found = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if ground.search(path.read_text())}
    kinds = {path for path in found if path.startswith("bindings/")}
    assert found == kinds, "no use case decides it"
    assert "bindings/social_accounts/grounds.py" in kinds


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_binding_has_its_words(kind: str) -> None:
    file, words = f"web/kind_words/{kind}.py", KIND_WORDS[kind]
    events = {str(event) for event in KINDS[kind].lifecycle.events.values()}
    assert events <= set(words.history), f"{file}: history"
    assert set(words.actions) == set(KINDS[kind].actions), f"{file}: actions"


def test_no_page_has_words_of_a_kind_of_its_own() -> None:
    own = {text for words in KIND_WORDS.values() for text in (*words.history.values(), *words.actions.values())}
    pages = [path for path in PACKAGE.rglob("*.py") if "kind_words" not in path.parts]
    found = {path.name for path in pages for text in own if len(text) > 10 and f'"{text}"' in path.read_text()}
    assert found == set(), "words of a kind stand in its file alone"


class Silent(Sender):
    """Sends nothing, and holds nothing."""

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        """See `Sender`."""
        return Delivered()


@pytest.mark.parametrize("channel", Channel)
def test_a_channel_through_which_nobody_sends_is_told_before_the_start(channel: Channel) -> None:
    senders = dict.fromkeys(Channel, Silent())
    check_served(senders)
    assert set(MANNERS) == set(Channel)
    del senders[channel]
    with pytest.raises(UnservedChannel, match=rf"{channel.value}: .*app\.py"):
        check_served(senders)


@pytest.mark.parametrize("scope", SCOPES)
def test_the_readme_names_every_scope(scope: str) -> None:
    readme = (PACKAGE.parents[1] / "README.md").read_text("utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("|")]
    assert any(f"`{scope}`" in row.split("|")[1] for row in rows), f"README.md: what does {scope} hand over or permit?"


def test_the_readme_counts_the_personas() -> None:
    readme = (PACKAGE.parents[1] / "README.md").read_text("utf-8")
    assert f"{len(SKETCHES)} make-believe people" in readme


def test_what_the_table_of_contributing_names_is_there() -> None:
    """Files and folders in the table: from the root of the package or of the repository."""
    root = PACKAGE.parents[1]
    table = (root / "CONTRIBUTING.md").read_text("utf-8").split("| To add | go to |")[1].split("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", table))
    assert named
    assert [name for name in sorted(named) if not (PACKAGE / name).exists() and not (root / name).exists()] == []
