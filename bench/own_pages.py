"""`python -m bench.own_pages`: what the pages of a citizen cost who has one number, five or fifty.

Each has so many numbers in a carrier's register and as many bound. The pages are asked for in turn, in this process.
"""

import argparse
import asyncio
import sys
import time
from statistics import median

from bench import processes
from bench.in_process import Provider, provider
from bench.postgres import Cluster, running_cluster
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber, bind_number, digest_of_number
from vneid_idp.clients import families
from vneid_idp.kernel.secrets import new_id
from vneid_idp.policy.documents import shipped
from vneid_idp.registered_numbers import telling_store
from vneid_idp.registered_numbers.carrier_key import ensure_key
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.registered_numbers.telling import Source, Told, new_number
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.unit import Unit

_PEOPLE = {"plain": 1, "guardian": 5, "complete": 50}
"""How many numbers each of these has."""
_PAGES = ("/me", "/me/numbers")
_MOST = 1.15
"""By how much `/me` may cost more with fifty than with one: it counts them, and shows none."""


async def _give(land: Provider, slug: str, client_id: str, count: int) -> None:
    record, idp = land.people[slug].record, land.idp
    holder = digest_of_holder(idp.keys.blind, record.personal_number)
    begin = 10_000 * list(_PEOPLE).index(slug)

    async def write(unit: Unit) -> None:
        await families.ensure(unit, "song")
        key, rows = await ensure_key(unit, idp.keys.sealer, "song"), []
        for serial in range(begin, begin + count):
            phone_number = f"+8495{serial:07}"
            told = Told(
                phone_number=phone_number,
                number_digest=digest_of_number(idp.keys.blind, "song", phone_number),
                holder_digest=holder,
                row_class=RowClass.CONSISTENT,
                reasons=(),
                row_digest="",
                is_authenticated=False,
                activated_on=None,
            )
            rows.append(
                telling_store.new_row(
                    new_number(
                        Source("song", client_id, "upl"),
                        told,
                        shipped(),
                        unit.now,
                        number_id=new_id("nbr"),
                        sealed_number=key.seal(phone_number),
                    )
                )
            )
            confirmed = ConfirmedNumber(f"+8495{5_000_000 + serial:07}", "carrier_app", "prepaid", 1)
            await bind_number(
                unit,
                idp.vault,
                idp.keys.blind,
                confirmed,
                client_id=client_id,
                family_id="song",
                person_id=record.person_id,
                consent_id="",
            )
        await telling_store.add(unit, rows)

    await idp.db.transact(write)


async def _run(cluster: Cluster, count: int, rounds: int) -> bool:
    async with provider(cluster, "own_pages") as land:
        caller, cookies = await land.carrier("match:four_fields"), {}
        for slug, numbers in _PEOPLE.items():
            await _give(land, slug, caller.client_id, numbers)
            cookies[slug] = await land.cookie(land.people[slug].record.person_id)
        cpu: dict[tuple[str, str], list[float]] = {(page, slug): [] for page in _PAGES for slug in _PEOPLE}
        database = {each: list[float]() for each in cpu}
        for turn in range(rounds + 1):
            for page, slug in cpu:
                before, began = processes.cpu_seconds(cluster.pid), time.process_time()
                for _ in range(count):
                    await land.ask("GET", page, {**cookies[slug], "Accept": "text/html"})
                if turn:  # the first is a rehearsal
                    cpu[page, slug].append((time.process_time() - began) / count)
                    database[page, slug].append((processes.cpu_seconds(cluster.pid) - before) / count)
    print(
        "| page | numbers | a second of CPU | CPU, ms | database CPU, ms | to one number |\n|---|--:|--:|--:|--:|--:|"
    )
    grown = False
    for page, slug in cpu:
        here, there = median(cpu[page, slug]), median(database[page, slug])
        ratio = (here + there) / (median(cpu[page, "plain"]) + median(database[page, "plain"]))
        grown |= page == "/me" and ratio > _MOST
        numbers = _PEOPLE[slug]
        print(f"| {page} | {numbers} | {1 / here:,.0f} | {1e3 * here:.2f} | {1e3 * there:.2f} | {ratio:.2f} |")
    return grown


def main() -> None:
    """Run it; exit code 1 when `/me` costs more with many numbers than with one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="requests a turn (default: 100)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default: 5)")
    options = parser.parse_args()
    with running_cluster() as cluster:
        grown = asyncio.run(_run(cluster, options.count, options.rounds))
    sys.exit(1 if grown else 0)


if __name__ == "__main__":
    main()
