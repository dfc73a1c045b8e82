"""The developer's guide: each page's script does what the page says, fetched and started as a reader does."""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.scripts import line_of, running
from tests.support.people import persona
from tests.support.polling import answered, confirmed
from tests.support.sandbox import COMMAND, Sandbox
from tests.support.server import Guest
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.sandbox.guide import scripts
from vneid_idp.sandbox.guide.page import GuidePage
from vneid_idp.sandbox.guide.routes import PAGES

_OPEN = re.compile(r"Open (\S+)(?: and type (\S+))?$")
_ALLOW = re.compile(r"Or: curl -X POST (\S+)$")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path_factory.mktemp("sandbox"))
    command = made.folder / ".venv/bin/vneid-idp"  # where `make sandbox` puts it
    command.parent.mkdir(parents=True)
    command.symlink_to(COMMAND)
    made.start()
    yield made
    made.end()


def matches(shown: Any, printed: Any) -> bool:
    """Whether an answer is as a page shows it, where `…` stands for whatever differs."""
    if isinstance(shown, dict):
        same = isinstance(printed, dict) and shown.keys() == printed.keys()
        return same and all(matches(value, printed[name]) for name, value in shown.items())
    if isinstance(shown, list):
        return len(shown) == len(printed) and all(map(matches, shown, printed))
    if isinstance(shown, str):
        return shown == "…" or re.fullmatch(re.escape(shown).replace("…", ".+"), printed) is not None
    return bool(shown == printed)


def shown(answer: str) -> Any:
    return json.loads(answer.replace(": …", ': "…"'))


async def printed_by(process: asyncio.subprocess.Process, person: Guest, answers: int) -> list[Any]:
    """The JSON that a script prints, while `person` does what it asks for."""
    assert process.stdin is not None
    found: list[Any] = []
    while len(found) < answers:
        line = (await line_of(process)).removeprefix("Where the browser ended: ")
        if opened := _OPEN.match(line):
            address, code = opened.groups()
            if code is None:
                process.stdin.write(f"{await person.prove(address)}\n".encode())
            else:
                await answered(person, await confirmed(person, code))
        elif allowed := _ALLOW.match(line):
            assert (await person.browser.post(allowed[1])).status_code == 200
        elif line.startswith("{"):
            found.append(json.loads(line))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
async def test_a_page_shows_what_its_script_does(sandbox: Sandbox, page: GuidePage, tmp_path: Path) -> None:
    answers = [shown(answer) for part in page.parts for answer in part.answers]
    clock = SystemClock()
    async with asyncio.timeout(120), httpx.AsyncClient(base_url=sandbox.issuer, timeout=60, trust_env=False) as browser:
        for name in (scripts.COMMON, page.script):
            (tmp_path / f"{name}.py").write_bytes((await browser.get(f"/guide/{name}.py")).content)
        script = str(tmp_path / f"{page.script}.py")
        environment = sandbox.environment | {"ISSUER": sandbox.issuer, "SANDBOX": str(sandbox.folder)}
        started = ["env", "-C", str(tmp_path), "-u", "VNEID_IDP_TEST_RUN", sys.executable, script]
        async with running(*started, **environment) as process:
            person = Guest(sandbox.issuer, browser, persona("complete", clock.now()), None)
            printed = await printed_by(process, person, len(answers))
            assert process.stderr is not None
            errors = (await process.stderr.read()).decode()
            assert await process.wait() == 0, errors
    assert [pair for pair in zip(answers, printed, strict=True) if not matches(*pair)] == []
