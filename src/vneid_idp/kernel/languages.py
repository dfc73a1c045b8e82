"""The languages that people read here, and the text to show where not every language has one."""

from collections.abc import Mapping

LANGUAGES: dict[str, str] = {"vi": "Tiếng Việt", "en": "English"}
"""Language tag (BCP 47 primary subtag) → its own name. One more stands here, with its words in `web/locale/<tag>/`."""

DEFAULT = "vi"
"""Spoken when nothing else is asked for. What relying parties and operators write must be there in it."""


def mark(message: str) -> str:
    """Mark a text in a table for translation later, where it is shown."""
    return message


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, in the default one where nobody wrote it in that."""
    return texts.get(language) or texts[DEFAULT]
