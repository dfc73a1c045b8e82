"""`python -m bench.attacks`: what strangers can do to this provider, measured from outside.

*storage*: how fast an anonymous caller fills the database. *flood*: how many honest sign-ins are served while others
flood the door. Network addresses are told apart by `X-Forwarded-For`, as behind a proxy that the server trusts.
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import uvloop

from bench import processes
from bench.contender import Running
from bench.flows import Target, authorization_request
from bench.http import Connection, ConnectionLost, Response
from bench.ours import PASSWORD, Ours
from bench.postgres import Cluster, running_cluster

_FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
_LONG = "x" * 60_000
_SPREAD = 254


@dataclass(slots=True)
class Tally:
    """What was answered, by status, and how long it took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return ", ".join(f"{count:,} × {status or 'cut off'}" for status, count in sorted(self.statuses.items()))


async def ask(
    connection: Connection, method: str, path: str, address: str, form: bytes = b"", cookie: str = ""
) -> Response:
    """One request from `address`."""
    head = f"{method} {path} HTTP/1.1\r\nHost: id.example\r\nX-Forwarded-For: {address}\r\nAccept: text/html\r\n"
    if cookie:
        head += f"Cookie: {cookie}\r\n"
    if method == "POST":
        head += f"{_FORM}Content-Length: {len(form)}\r\n"
    return await connection.send(head.encode() + b"\r\n" + form)


Attack = Callable[[Connection, Target, str], Awaitable[Response]]


async def _browse(connection: Connection, target: Target, address: str) -> Response:
    """Ask for a sign-in that nobody will finish."""
    return await ask(connection, "GET", authorization_request(target).path, address)


async def _hint(connection: Connection, target: Target, address: str) -> Response:
    """The same, with as long a hint as the server takes."""
    return await ask(connection, "GET", authorization_request(target, login_hint=_LONG).path, address)


async def _state(connection: Connection, target: Target, address: str) -> Response:
    """The same, with the longest `state` that is taken."""
    return await ask(connection, "GET", authorization_request(target, state="s" * 4096).path, address)


async def _post(connection: Connection, target: Target, address: str) -> Response:
    """The same, posted."""
    path, _, query = authorization_request(target, login_hint=_LONG).path.partition("?")
    return await ask(connection, "POST", path, address, query.encode())


ATTACKS: dict[str, Attack] = {
    "ordinary request": _browse,
    "longest state": _state,
    "long request": _hint,
    "long form": _post,
}


async def storage(target: Target, cluster: Cluster, seconds: float, addresses: int) -> None:
    """How much the database grows, request by request of somebody who is nobody."""
    print(f"storage: {addresses} address(es), {seconds:g} s an attack")
    for number, (name, attack) in enumerate(ATTACKS.items()):
        before, tally = _size(cluster), Tally()

        async def caller(serial: int, attack: Attack = attack, tally: Tally = tally, number: int = number) -> None:
            address = f"198.{18 + number}.0.{1 + serial % addresses}"
            await _repeat(target, seconds, tally, lambda connection: attack(connection, target, address))

        await asyncio.gather(*(caller(serial) for serial in range(max(8, addresses))))
        grown = _size(cluster) - before
        print(f"  {name:<17} {grown / seconds / 1e6:7.2f} MB/s   {tally}", flush=True)


def _size(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url("ours"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_database_size('ours')").fetchone()
    assert row is not None
    return int(row[0])


async def _repeat(
    target: Target, seconds: float, tally: Tally, request: Callable[[Connection], Awaitable[Response]]
) -> None:
    """Repeat `request` for so long, whatever is answered; a connection that the server cut off is opened anew."""
    until, connection = time.perf_counter() + seconds, None
    while time.perf_counter() < until:
        try:
            connection = connection or await Connection.open(target.host, target.port)
            response = await asyncio.wait_for(request(connection), 30)
            tally.statuses[response.status] += 1
        except (ConnectionLost, OSError, TimeoutError):
            tally.statuses[0] += 1
            connection = None
            await asyncio.sleep(0.05)
    if connection is not None:
        connection.close()


@dataclass(slots=True)
class Form:
    """The sign-in form of a browser at an address."""

    address: str
    cookie: str = ""
    token: str = ""

    async def open(self, connection: Connection) -> Response:
        """Open the page."""
        response = await ask(connection, "GET", "/signin", self.address, cookie=self.cookie)
        for line in response.cookies:
            self.cookie = line.decode().partition(";")[0]
        if found := _TOKEN.search(response.body):
            self.token = found[1].decode()
        return response

    async def send(self, connection: Connection, identifier: str, secret: str) -> Response:
        """Fill it in and send it."""
        form = {"csrf_token": self.token, "with": "password", "identifier": identifier, "secret": secret}
        response = await ask(connection, "POST", "/signin", self.address, urlencode(form).encode(), self.cookie)
        if response.headers.get(b"location") == b"/signin":
            response.status = 422  # What is wrong is told by the page, to which the form leads back.
        return response


async def flood(target: Target, people: list[str], seconds: float, addresses: int, rate: float) -> None:
    """Honest people sign in, each from an own address, `rate` a second, while `addresses` guess as fast as they may."""
    honest, noise = Tally(), Tally()
    print(f"flood: {addresses} address(es) with 8 connections each, {rate:g} honest sign-ins/s, {seconds:g} s")

    async def noisy(serial: int) -> None:
        form = Form(f"198.51.100.{1 + serial % addresses}")
        count = iter(range(10**9))

        async def guess(connection: Connection) -> Response:
            if not form.token:
                return await form.open(connection)
            # What costs the server most: an account of the flooder's own every second time, so that its address does
            # not run out of failures, and somebody who does not exist otherwise.
            own = next(count) % 2
            return await form.send(
                connection, people[serial % addresses] if own else f"09719000{serial:04}", PASSWORD if own else "guess"
            )

        await _repeat(target, seconds, noise, guess)

    async def person(serial: int, connection: Connection) -> None:
        form = Form(f"203.0.113.{serial % _SPREAD}")
        began = time.perf_counter()
        try:
            async with asyncio.timeout(15):
                if (await form.open(connection)).status == 200:
                    status = (await form.send(connection, people[addresses + serial], PASSWORD)).status
                else:
                    status = 503
        except (ConnectionLost, OSError, TimeoutError):
            status = 0
        connection.close()
        honest.statuses[status] += 1
        honest.seconds.append(time.perf_counter() - began)

    flooders = [asyncio.create_task(noisy(serial)) for serial in range(8 * addresses)]
    await asyncio.sleep(1)
    visits = []
    for serial in range(int((seconds - 2) * rate)):
        connection = await Connection.open(target.host, target.port)
        visits.append(asyncio.create_task(person(serial, connection)))
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*visits)
    for each in flooders:
        each.cancel()
    await asyncio.gather(*flooders, return_exceptions=True)
    served, waits = honest.statuses[303], sorted(honest.seconds)
    print(f"  honest   {served / len(visits):.0%} of {len(visits)} served   {honest}")
    print(f"           {waits[len(waits) // 2]:.2f} s median, {waits[int(len(waits) * 0.95)]:.2f} s for 95 of 100")
    print(f"  flooders {sum(noise.statuses.values()) / seconds:,.0f}/s   {noise}", flush=True)


@contextlib.contextmanager
def _stage() -> Iterator[tuple[Cluster, Path, int]]:
    cores = processes.split_cores()
    os.sched_setaffinity(0, cores.others)
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        yield cluster, Path(stack.enter_context(tempfile.TemporaryDirectory())), cores.server


async def _run(options: argparse.Namespace, cluster: Cluster, logs: Path, core: int) -> None:
    side = Ours(VNEID_IDP_TRUSTED_PROXIES="127.0.0.0/8")
    running: Running = await side.start(cluster, core, logs / "ours")
    try:
        if "storage" in options.attacks:
            await storage(running.target, cluster, options.seconds, options.addresses)
        if "flood" in options.attacks:
            people = await side.settle(options.addresses + int(options.seconds * options.rate))
            await flood(running.target, people, options.seconds, options.addresses, options.rate)
    finally:
        processes.stop(running.process)


def main() -> None:
    """Run the attacks, and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("--attacks", nargs="+", choices=["storage", "flood"], default=["storage", "flood"])
    parser.add_argument("--seconds", type=float, default=20, help="of each attack (default 20)")
    parser.add_argument("--addresses", type=int, default=14, help="from how many addresses (default 14)")
    parser.add_argument("--rate", type=float, default=5, help="honest sign-ins a second (default 5)")
    options = parser.parse_args(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with _stage() as (cluster, logs, core):
        uvloop.run(_run(options, cluster, logs, core))


if __name__ == "__main__":
    main()
