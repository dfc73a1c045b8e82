"""In what somebody signed in is told by words of closed lists, and by none that the browser chose."""

import pytest

from vneid_idp.identity.factors.devices import UNKNOWN, Browser, Device, System, read_user_agent, stored

_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (f"Mozilla/5.0 (Linux; Android 10; K) {_KIT} Chrome/142.0.0.0 Mobile Safari/537.36", ("chrome", "android")),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/142.0.0.0 Safari/537.36", ("chrome", "windows")),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            ("edge", "windows"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {_KIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            ("samsung", "android"),
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {_KIT} coc_coc_browser/137.0.0 Chrome/131.0.0.0 Safari/537.36",
            ("coc_coc", "windows"),
        ),
        (f"{_IOS} Version/18.5 Mobile/15E148 Safari/604.1", ("safari", "iphone")),
        (f"{_IOS} CriOS/142.0.0.0 Mobile/15E148 Safari/604.1", ("chrome", "iphone")),
        (f"{_IOS} Mobile/15E148 Zalo iOS/640", ("zalo", "iphone")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", ("firefox", "linux")),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_KIT} Chrome/142.0.0.0 Safari/537.36", ("chrome", "chrome_os")),
        ("curl/8.5.0", (None, None)),
        ("", (None, None)),
    ],
)
def test_what_browsers_say_of_themselves(header: str, device: tuple[str | None, str | None]) -> None:
    assert read_user_agent(header) == stored(*device)


def test_a_word_of_another_release_is_not_known() -> None:
    assert stored("chrome", "android") == Device(Browser.CHROME, System.ANDROID)
    assert stored("netscape", "beos") == UNKNOWN
