"""In what somebody signed in, in the coarsest words by which they recognise it: a browser and a system.

Both are from closed lists, so that nothing that a stranger wrote is kept, and no version, model or language by which a
browser could be told from others of its kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)


class Browser(StrEnum):
    """Rows name it, so a member is never renamed."""

    ZALO = "zalo"
    FACEBOOK = "facebook"
    SAMSUNG = "samsung"
    COC_COC = "coc_coc"
    EDGE = "edge"
    OPERA = "opera"
    FIREFOX = "firefox"
    CHROME = "chrome"
    SAFARI = "safari"


class System(StrEnum):
    """As `Browser`."""

    ANDROID = "android"
    IPHONE = "iphone"
    IPAD = "ipad"
    CHROME_OS = "chrome_os"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"


@dataclass(frozen=True, slots=True)
class Device:
    """What a sign-in came from, as far as it could be told."""

    browser: Browser | None = None
    system: System | None = None


UNKNOWN = Device()

# The first that is found counts: most browsers also name those that they descend from. The parts that are looked for
# are those of the browsers' own documentation (User-Agent reduction of Chromium, MDN).
_BROWSERS = (
    ("Zalo", Browser.ZALO),
    ("FBAN/", Browser.FACEBOOK),
    ("FBAV/", Browser.FACEBOOK),
    ("SamsungBrowser/", Browser.SAMSUNG),
    ("coc_coc_browser/", Browser.COC_COC),
    ("Edg/", Browser.EDGE),
    ("EdgA/", Browser.EDGE),
    ("EdgiOS/", Browser.EDGE),
    ("OPR/", Browser.OPERA),
    ("OPT/", Browser.OPERA),
    ("Firefox/", Browser.FIREFOX),
    ("FxiOS/", Browser.FIREFOX),
    ("Chrome/", Browser.CHROME),
    ("CriOS/", Browser.CHROME),
    ("Safari/", Browser.SAFARI),
)
_SYSTEMS = (
    ("Android", System.ANDROID),
    ("iPhone", System.IPHONE),
    ("iPad", System.IPAD),
    ("CrOS", System.CHROME_OS),
    ("Windows NT", System.WINDOWS),
    ("Macintosh", System.MACOS),
    ("Linux", System.LINUX),
)


def read_user_agent(text: str) -> Device:
    """The device that a `User-Agent` header names (RFC 9110 §10.1.5)."""
    return Device(_first(text, _BROWSERS), _first(text, _SYSTEMS))


def stored(browser: str | None, system: str | None) -> Device:
    """The device of two columns; a word of a later release is not known here."""
    return Device(
        Browser(browser) if browser in set(Browser) else None, System(system) if system in set(System) else None
    )


def _first(text: str, parts: Iterable[tuple[str, Word]]) -> Word | None:
    return next((word for part, word in parts if part in text), None)
