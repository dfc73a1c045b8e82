"""`make licences`: every distribution that production installs, with its licence; fails for one that is not allowed."""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
ALLOWED = re.compile(
    r"apache|mit\b|bsd|isc\b|psf|python software|mpl|mozilla|lgpl|lesser|zlib|unlicense|0bsd", re.IGNORECASE
)
"""What may be used beside Apache-2.0 by whoever runs the provider; the weak ones (MPL, LGPL) as libraries unchanged."""


def licence_of(name: str) -> str:
    """What the distribution says of itself: an SPDX expression, else classifiers, else the first line of its text."""
    said = distribution(name).metadata.json
    classifiers = [each.rpartition(" :: ")[2] for each in said.get("classifier", []) if each.startswith("License")]
    text = str(said.get("license", "")).splitlines()
    return str(said.get("license_expression", "")) or ", ".join(classifiers) or (text[0] if text else "")


def main() -> None:
    """Print them, and end with 1 where one is missing or not allowed."""
    refused = []
    for name in re.findall(r"^([a-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE):
        try:
            licence = licence_of(name)
        except PackageNotFoundError:
            continue  # for another platform
        print(f"{name}: {licence or 'unknown'}")
        if not ALLOWED.search(licence):
            refused.append(name)
    if refused:
        sys.exit(f"not allowed, or unknown: {', '.join(refused)}")


if __name__ == "__main__":
    main()
