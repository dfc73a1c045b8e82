"""What is wrong with something that was sent, as one text for both who reads the answer and who reads a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wording:
    """An English text (`languages.mark`), by which catalogues name it, and the values of its `%(name)s`.

    As a string it is English, for developers; a page looks the text up in the language of its reader.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English."""
        return self.text % self.values if self.values else self.text
