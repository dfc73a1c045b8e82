"""How browsers and systems are called in which somebody is signed in."""

from collections.abc import Mapping

from vneid_idp.identity.factors.devices import Browser, Device, System
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark

_BROWSERS: Mapping[Browser, str] = {
    Browser.ZALO: "Zalo",
    Browser.FACEBOOK: "Facebook",
    Browser.SAMSUNG: "Samsung Internet",
    Browser.COC_COC: "Cốc Cốc",
    Browser.EDGE: "Edge",
    Browser.OPERA: "Opera",
    Browser.FIREFOX: "Firefox",
    Browser.CHROME: "Chrome",
    Browser.SAFARI: "Safari",
}
"""Names, the same in every language."""
_SYSTEMS: Mapping[System, str] = {
    System.ANDROID: "Android",
    System.IPHONE: "iPhone",
    System.IPAD: "iPad",
    System.CHROME_OS: "ChromeOS",
    System.WINDOWS: "Windows",
    System.MACOS: "macOS",
    System.LINUX: "Linux",
}


def device_name(device: Device, say: Say) -> str:
    """What whoever signed in recognises it by."""
    browser = say(mark("A browser")) if device.browser is None else _BROWSERS[device.browser]
    if device.system is None:
        return browser
    return say(mark("%(browser)s on %(system)s"), browser=browser, system=_SYSTEMS[device.system])
