"""`make openapi`: write the published contracts in `openapi/` anew, from the code."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import vneid_idp
from vneid_idp.protocol.details.schema import json_schema

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "openapi"
PACKAGE = Path(vneid_idp.__file__).parent


def contracts() -> dict[str, dict[str, Any]]:
    """The file names of `openapi/` and what stands in them: every `contract.py` of the program publishes its own."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(PACKAGE.rglob("contract.py")):
        name = ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))
        found |= import_module(name).published()
    return found


def published() -> dict[str, dict[str, Any]]:
    """All of `openapi/`: the contracts, and the JSON Schema of `authorization_details` (RFC 9396)."""
    return {**contracts(), "authorization-details.json": json_schema()}


def main() -> None:
    """Write all of it, readable in a diff."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in published().items():
        (FOLDER / name).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
