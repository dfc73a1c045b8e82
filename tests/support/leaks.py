"""A person whom one would recognise anywhere, and a net for everything that the provider lets out."""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import httpx
from sqlalchemy import create_engine, make_url, select

from tests.support.country import REDIRECT_URI, Country
from vneid_idp.identity import accounts
from vneid_idp.identity.factors.chosen_secrets import SecretKind, set_hash
from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.register.records import Address
from vneid_idp.kernel.secrets import digest
from vneid_idp.observability.logs import JsonLines
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.names import build
from vneid_idp.sandbox.country.personas import Persona, Sketch, draw
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.metadata import metadata
from vneid_idp.web.formats import format_phone

_SKETCH = Sketch(
    "marked",
    "Người được đánh dấu.",
    "Somebody whom a search finds.",
    build(family="Zxương", middle="Quỳxnh", given="Đặczvy"),
    date(1983, 7, 31),
    Sex.FEMALE,
    address=Address("Số 7319 đường Zxoan Vyx", "Phường Vyxong", "01"),
    email="zxuong.dacz@vyx.example",
    own={"nickname": "Zxnick", "website": "https://zxuong.example/"},
)
_PHONE = re.compile(r'<aside class="beside phone".*?</aside>', re.DOTALL)
_LINK = re.compile(r"""(?:href|src|action)=["']([^"']+)""")
_FORM_AGAIN = ("/signin", "/consent", "/child", "/me")
_OWN_BROWSER = ("httpx", "httpcore", "asyncio")
"""Loggers of the test's own side of the wire."""


async def settle_marked(land: Country) -> Persona:
    """The marked person, of level 2, in the registry and with a password of their own."""
    idp = land.idp
    persona = replace(draw(_SKETCH, 987_654, land.watch.now()), password="Mk-zxvy-77-hoa")
    async with idp.db.writing() as unit:
        await Population(idp.vault, idp.keys.blind).register(unit, persona.record)
        await accounts.open_account(unit, idp.vault, idp.keys.blind, persona.record, 2, persona.own, policy=shipped())
        hashed = await idp.hasher.hash(persona.password)
        await set_hash(unit, idp.vault, persona.record.person_id, SecretKind.PASSWORD, hashed, code_at=0)
    return persona


def marks_of(persona: Persona) -> set[str]:
    """What tells who the person is, in every form in which it could be written."""
    record, born = persona.record, persona.record.birth_date
    phone = record.phone or ""
    national = "0" + phone.removeprefix("+84")
    words = {"Zxương", "Quỳxnh", "Đặczvy", "Zxoan Vyx", "Vyxong", "Zxnick", "zxuong"}
    numbers = {record.personal_number, phone, phone.removeprefix("+"), national, format_phone(phone)}
    dates = {born.isoformat(), born.strftime("%d/%m/%Y"), born.strftime("%Y%m%d")}
    # Whoever has such a digest tries all numbers.
    plain = {form for number in numbers for form in (digest(number), sha256(number.encode()).hexdigest())}
    return words | numbers | plain | dates | {"\\u1ee3ng", "Zx\\u01b0"}


@dataclass
class Net:
    """Catches what leaves: answers, log records. Told what is personal and what is secret, it says what leaked."""

    marks: set[str]
    secrets: set[str] = field(default_factory=set)
    answers: list[httpx.Response] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """The same as they are written in production."""

    def keep(self, *secrets: str | None) -> None:
        """Remember secrets that must not turn up again."""
        self.secrets.update(secret for secret in secrets if secret)

    async def catch(self, answer: httpx.Response) -> None:
        """Remember an answer, and the cookies in it as secrets."""
        await answer.aread()
        self.answers.append(answer)
        for name in ("vneid_idp_session", "vneid_idp_browser"):
            self.keep(answer.cookies.get(name))

    def found_in(self, text: str, *, secrets: bool = True) -> set[str]:
        """The marks (and secrets) that stand in `text`, whatever their case."""
        lowered = text.lower()
        wanted = self.marks | (self.secrets if secrets else set())
        return {mark for mark in wanted if mark.lower() in lowered}

    def leaks_in_answers(self) -> list[str]:
        """What stands in headers, links and error bodies."""
        leaks: list[str] = []
        for answer in self.answers:
            where = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
            for name, value in answer.headers.multi_items():
                # A code goes to the relying party in the address, a cookie to the browser in its header: that is meant.
                meant = name == "set-cookie" or (name == "location" and value.startswith(REDIRECT_URI))
                leaks += [f"{where} {name}: {mark}" for mark in self.found_in(value, secrets=not meant)]
            for link in _LINK.findall(answer.text):
                leaks += [f"{where} link {link}: {mark}" for mark in self.found_in(link)]
            if answer.status_code >= 400 or answer.request.url.path.startswith("/sandbox/errors/"):
                leaks += [f"{where} body: {mark}" for mark in self._found_in_error(answer)]
        return leaks

    def _found_in_error(self, answer: httpx.Response) -> set[str]:
        # In the sandbox the phone lies beside the page, and shows what came to it.
        found = self.found_in(_PHONE.sub("", answer.text))
        # A form shown again to the person at it holds what they typed as their number, and never a secret.
        if answer.request.url.path.startswith(_FORM_AGAIN) and '<form class="form"' in answer.text:
            return found & self.secrets
        return found

    def leaks_in_logs(self) -> list[str]:
        """What stands in log records."""
        return [f"log: {mark}: {text[:300]}" for text in self.records + self.lines for mark in self.found_in(text)]

    def leaks_in_database(self, url: str) -> list[str]:
        """What stands readable in any text or blob of any table, and anywhere in the file of an embedded database."""
        parsed = make_url(url)
        engine = create_engine(parsed.set(drivername="postgresql+psycopg") if parsed.drivername != "sqlite" else parsed)
        leaks: list[str] = []
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                for row in connection.execute(select(table)).mappings():
                    for column, value in row.items():
                        text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else value
                        if isinstance(text, str):
                            leaks += [f"{table.name}.{column}: {mark}" for mark in self.found_in(text)]
        engine.dispose()
        if parsed.drivername == "sqlite":
            for path in Path(parsed.database or "").parent.glob(f"{Path(parsed.database or '').name}*"):
                text = path.read_bytes().decode("utf-8", "ignore")
                leaks += [f"{path.name}: {mark}" for mark in self.found_in(text)]
        return leaks

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Catch the records of every logger at every level, their arguments and tracebacks included."""
        net = self
        written = JsonLines()

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if record.name.split(".")[0] not in _OWN_BROWSER:
                    trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
                    net.records.append(f"{record.name}: {record.getMessage()} {record.args!r} {trace}")
                    net.lines.append(written.format(record))

        handler = Handler(logging.DEBUG)
        named = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
        everyone = [logging.root, *named]
        before = [(logger, logger.level, logger.propagate, logger.disabled) for logger in everyone]
        for logger in everyone:
            logger.setLevel(logging.DEBUG)
            logger.propagate, logger.disabled = True, False
        logging.root.addHandler(handler)
        try:
            yield
        finally:
            logging.root.removeHandler(handler)
            for logger, level, propagate, disabled in before:
                logger.setLevel(level)
                logger.propagate, logger.disabled = propagate, disabled
