"""axe, which looks at pages as the accessibility guidelines do.

A browser context has it in all of its pages from their start: to send its half megabyte into each page when it is
looked at costs as much as looking.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

_AXE = Axe()
_GIVEN = Axe(axe_script="undefined")
_OPTIONS: dict[str, Any] = {"resultTypes": ["violations"]}


def give_axe(context: BrowserContext) -> None:
    """Have axe in every page of the context that is opened from now on."""
    context.add_init_script(_AXE.axe_script)


def expect_no_violation(page: Page, options: dict[str, Any] | None = None) -> None:
    """Fails with axe's report if it finds something; `options` are those of `axe.run`."""
    results = _GIVEN.run(page, options=_OPTIONS | (options or {}))
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
