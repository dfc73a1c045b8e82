"""Every import contract of pyproject.toml forbids something: an import that breaks it is planted, and it breaks.

A contract that names a package wrongly, or that an exception swallows, is kept for ever and says nothing.
"""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.application.use_cases import read_user_options
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract

configure()
OPTIONS = read_user_options(str(Path(__file__).parents[2] / "pyproject.toml"))
CONTRACTS: dict[str, dict[str, Any]] = {each["id"]: each for each in OPTIONS.contracts_options}

Plant = tuple[str, str]
"""Who imports whom, against the contract."""


@cache
def graph() -> grimp.ImportGraph:
    session = OPTIONS.session_options
    assert session["include_external_packages"] == session["exclude_type_checking_imports"] == "True"
    return grimp.build_graph(
        *session["root_packages"],
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


def contract_of(name: str) -> Contract:
    options = CONTRACTS[name]
    given = (options["name"], OPTIONS.session_options, options)
    match options["type"]:
        case "layers":
            return LayersContract(*given)
        case "forbidden":
            return ForbiddenContract(*given)
        case _:
            return ProtectedContract(*given)


def is_kept(name: str, *planted: Plant) -> bool:
    tree = deepcopy(graph())
    for importer, imported in planted:
        if imported not in tree.modules:
            assert not imported.startswith("vneid_idp"), f"{name} speaks of {imported}, which is not there"
            tree.add_module(imported, is_squashed=True)
        tree.add_import(importer=importer, imported=imported)
    return bool(contract_of(name).check(tree, verbose=False).kept)


def plants(name: str) -> Iterator[Plant]:
    """An import of every kind that a contract forbids."""
    options = CONTRACTS[name]
    match options["type"]:
        case "layers":
            for container in options["containers"]:
                yield from upwards(container, options["layers"])
        case "forbidden":
            sources, forbidden = options["source_modules"], options["forbidden_modules"]
            yield from ((source, forbidden[0]) for source in sources)
            yield from ((sources[0], module) for module in forbidden[1:])
        case _:
            # By somebody who stands as high as those that may.
            yield from (("vneid_idp.workers", module) for module in options["protected_modules"])


def upwards(container: str, layers: list[str]) -> Iterator[Plant]:
    """From each layer to the one above it, and across where siblings share one."""
    named = ([f"{container}.{each.strip(' ()')}" for each in layer.split("|")] for layer in layers)
    present = [[module for module in layer if module in graph().modules] for layer in named]
    for above, below in pairwise([layer for layer in present if layer]):
        yield below[0], above[0]
    for layer in present:
        yield from pairwise(layer)


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_import_that_it_forbids_breaks_it(name: str) -> None:
    assert is_kept(name)
    planted = list(plants(name))
    assert planted
    assert [plant for plant in planted if is_kept(name, plant)] == []
