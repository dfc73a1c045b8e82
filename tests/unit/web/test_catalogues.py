"""Every sentence of every page exists in every language, with the same placeholders."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import vneid_idp
from vneid_idp.kernel.languages import LANGUAGES

PACKAGE = Path(vneid_idp.__file__).parent
LOCALE = PACKAGE / "web" / "locale"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
FILES = sorted(LOCALE.glob("*/*.po"))
PYTHON = {"gettext": (2,), "ngettext": (2, 3), "mark": None}
JINJA = {"_": None, "gettext": None, "ngettext": (1, 2)}

Text = tuple[str, ...]


def texts(message: str | tuple[str, ...] | list[str]) -> Text:
    """One text, or singular and plural."""
    return (message,) if isinstance(message, str) else tuple(message)


@cache
def written() -> tuple[tuple[Text, Path], ...]:
    """Every text in code and templates: read once, which takes longer than any question about it."""
    return tuple(_written())


def _written() -> Iterator[tuple[Text, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if not {"social_network", "carrier"} & set(path.parts):
            for _, message, _, _ in extract_from_file("python", path, keywords=PYTHON):
                yield texts(message), path
    for path in sorted((PACKAGE / "web" / "templates").rglob("*.html")):
        for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", path, keywords=JINJA):
            yield texts(message), path


def translated(path: Path) -> Iterator[Message]:
    """Every entry of a file but its header."""
    with path.open("rb") as file:
        yield from (message for message in read_po(file, locale=path.parent.name, abort_invalid=True) if message.id)


def placeholders(text: str) -> set[str]:
    """The names in `%(name)s`."""
    return set(re.findall(r"%\((\w+)\)", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    files = (LOCALE / language).glob("*.po")
    known = {texts(message.id)[0] for path in files for message in translated(path) if not message.fuzzy}
    missing = {f"{path.relative_to(PACKAGE)}: {text[0]!r}" for text, path in written() if text[0] not in known}
    assert not missing, f"in web/locale/{language}/"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_translations_are_whole_and_used(path: Path) -> None:
    used = {text[0] for text, _ in written()}
    for message in translated(path):
        ids, strings = texts(message.id), texts(message.string or "")
        assert not message.fuzzy, f"nobody has read {ids[0]!r}"
        assert ids[0] in used, f"{ids[0]!r} stands nowhere any more"
        forms = 1 if len(ids) == 1 else Catalog(path.parent.name).num_plurals
        assert len(strings) == forms, f"{ids[0]!r} needs {forms} forms"
        assert all(map(str.strip, strings)), f"{ids[0]!r} has no translation"
        assert set().union(*map(placeholders, strings)) == set().union(*map(placeholders, ids)), ids[0]
        assert strings[0].endswith(".") == ids[0].endswith("."), f"full stop of {ids[0]!r}"
        values = dict.fromkeys(set().union(*map(placeholders, ids)), "1")
        for text in (*ids, *strings):
            assert text % values, "a percent sign is written twice"


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_text_has_one_translation(language: str) -> None:
    seen: dict[str, str] = {}
    for path in (LOCALE / language).glob("*.po"):
        for message in translated(path):
            name, text = texts(message.id)[0], texts(message.string or "")[0]
            assert seen.setdefault(name, text) == text, f"{name!r} is translated twice"


NUMBERS_OF_THE_LAW = {"20 days", "13 years", "16 years", "18 years", "15 years", "17 years"}
"""What a text may say as a number: a deadline that the law sets, and the age bands that claims are named after."""


def test_no_text_repeats_a_number_that_stands_elsewhere() -> None:
    """How long something lives stands once, beside what lives; a text takes it from there as `%(minutes)s`."""
    number = re.compile(
        r"\b(?:(?:\d+|half an?|quarter of an|two|three|four|five|six|ten|thirty) "
        r"(?:seconds?|minutes?|hours?|days?|months?|years?)|\d+ to \d+ characters)\b"
    )
    repeated = {
        f"{path.relative_to(PACKAGE)}: {said}"
        for text, path in written()
        for part in text
        for said in number.findall(part)
        if said not in NUMBERS_OF_THE_LAW
    }
    assert not repeated
