"""Pages as somebody signed in opens them, and the buttons that are pressed on them."""

import re

from tests.support.country import Country
from tests.support.relying_party import Page, Person


async def signed_in(land: Country, slug: str = "complete") -> Person:
    """A person at the own pages."""
    person = Person(land, land.people[slug])
    page = await person.sign_in(await person.open("/signin"))
    assert isinstance(page, Page)
    assert page.path == "/me"
    return person


async def opened(person: Person, path: str) -> Page:
    """A page of the portal."""
    page = await person.open(path)
    assert isinstance(page, Page)
    assert page.response.status_code == 200
    return page


async def post(person: Person, page: Page, path: str, **form: str) -> Page:
    """Press a button of a page."""
    response = await person.browser.post(path, data={"csrf_token": page.hidden["csrf_token"], **form})
    followed = await person._follow(response)
    assert isinstance(followed, Page)
    return followed


async def taken_back(person: Person, path: str, **what: str) -> Page:
    """Withdraw a consent or release an account, on the page that asks once what is meant."""
    page = await person.open(path, **what)
    assert isinstance(page, Page)
    assert page.response.status_code == 200, page.text
    done = await person.submit(page)
    assert isinstance(done, Page)
    return done


async def proven_twice(person: Person) -> Page:
    """The security page after a second proof."""
    page = await person.second(await opened(person, "/signin/second"))
    assert isinstance(page, Page)
    assert page.path == "/me/security"
    return page


def fields(page: Page) -> dict[str, str]:
    """What the inputs and text areas of a page hold."""
    html = page.response.text
    found = dict(re.findall(r'<input class="input[^"]*" id="[^"]+" name="([^"]+)" type="[^"]+" value="([^"]*)"', html))
    areas = re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)</textarea>', html)
    return page.hidden | found | dict(areas)
