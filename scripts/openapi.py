"""`make openapi`: write the published contracts in `openapi/` anew, from the code."""

import json
from pathlib import Path

from vneid_idp.admin import contract as admin
from vneid_idp.resources import contract as bindings
from vneid_idp.sandbox.country.server import contract as registry

FOLDER = Path(__file__).parents[1] / "openapi"


def main() -> None:
    """Write every contract, readable in a diff."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in (bindings.published() | registry.published() | admin.published()).items():
        (FOLDER / name).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
