"""`policy show | load | simulate | publish`: what the law asks, as dated rows."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from vneid_idp.bindings.kinds import actions_of
from vneid_idp.bindings.subscriber_numbers.ways import WAYS
from vneid_idp.cli.people import open_workplace
from vneid_idp.cli.terminal import (
    By,
    Reason,
    T,
    day_option,
    deed_of,
    err,
    fail,
    out,
    print_json,
    print_rows,
    settings_of,
    with_database,
    with_unit,
)
from vneid_idp.kernel.clock import local_date, to_rfc3339
from vneid_idp.policy import service
from vneid_idp.policy.documents import read_policy
from vneid_idp.policy.intervals import Interval
from vneid_idp.policy.rules import FIRST_DAY, LAST_DAY, Policy, Requirement, ThresholdRow
from vneid_idp.policy.service import PolicyVersion
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.simulate_policy import Simulation, simulate_draft

app = typer.Typer(
    no_args_is_help=True, help="What the law asks, as dated rows: look, load a draft, try it, publish it."
)

On = Annotated[date | None, day_option("--on", "The day in Viet Nam.")]
AsJson = Annotated[bool, typer.Option("--json", help="For other programs.")]


@app.command()
def show(
    context: typer.Context,
    on: On = None,
    version: Annotated[int | None, typer.Option(help="The rows of this version instead of those in force.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is in force today or on a day, or the rows of one version."""
    _check_day(on)

    async def work(unit: Unit) -> tuple[tuple[PolicyVersion, ...], Policy, date]:
        found = await service.published(unit) if version is None else await service.of_version(unit, version)
        return await service.versions(unit), found, local_date(unit.now)

    versions, policy, today = with_unit(settings_of(context), ensured(work))
    rows = policy.standing_on(on or today) if version is None else policy
    if as_json:
        print_json(
            {
                "versions": [_version_json(each) for each in versions],
                "requirements": rows.requirements,
                "thresholds": rows.thresholds,
                "intervals": rows.intervals,
                "holidays": rows.holidays,
                "ways": [dict(zip(("who", "channels", "legal_reference"), each, strict=True)) for each in _ways()],
            }
        )
        return
    _print_policy(rows)
    print_rows(
        ("Version", "Loaded", "Published", "By", "Reason"),
        *(
            (
                str(each.version),
                to_rfc3339(each.loaded_at),
                "draft" if each.published_at is None else to_rfc3339(each.published_at),
                each.published_by or "",
                each.reason or "",
            )
            for each in versions
        ),
    )


@app.command()
def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Rows as TOML, as in policy/*.toml of the package.")],
    by: By,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Check a file and store its rows as a draft. Nothing changes until it is published."""
    deed, text = deed_of(by, reason), _text(file)
    draft = with_unit(settings_of(context), ensured(lambda unit: service.load(unit, text, actions_of(), deed)))
    if as_json:
        print_json(draft)
        return
    out.print(f"Version {draft.version} is a draft. `vneid-idp policy simulate {draft.version}` says what it changes.")
    for gap in draft.gaps:
        out.print(f"Look: from {gap.since} on nothing is asked for {gap.action} ({gap.kind}).", style="yellow")


@app.command("simulate")
def try_out(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="The number of a version, or a file.", metavar="VERSION|FILE")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Count what a draft would change for everything that is bound. Unless told, on the first day that it changes."""
    _check_day(on)
    settings = settings_of(context)
    text = None if what.isdecimal() else _text(Path(what))

    async def work(db: Database) -> Simulation:
        async def read(unit: Unit) -> Policy:
            return await service.of_version(unit, int(what)) if text is None else read_policy(text, actions_of())

        draft = await db.transact(ensured(read))
        async with open_workplace(settings, db) as place:
            with err.status("Counting …") as status:

                def progress(count: int) -> None:
                    status.update(f"{count:,} looked at …")

                return await simulate_draft(db, place.registry.find_many, draft, on, progress=progress)

    found = with_database(settings, work)
    if as_json:
        print_json(_simulation_json(found))
    else:
        _print_simulation(found)


@app.command()
def publish(
    context: typer.Context,
    version: int,
    by: By,
    reason: Reason,
    backdated: Annotated[
        str | None, typer.Option(help="Why rows should hold since a day that has begun already.")
    ] = None,
) -> None:
    """Publish a draft: from the days that its rows name they hold, in every provider within seconds."""
    deed = deed_of(by, reason)
    with_unit(settings_of(context), ensured(lambda unit: service.publish(unit, version, deed, backdated=backdated)))
    out.print(f"Version {version} is published.")


def ensured(work: Callable[[Unit], Awaitable[T]]) -> Callable[[Unit], Awaitable[T]]:
    """`work` on the policy with what this release adds, as at a provider's start."""

    async def after(unit: Unit) -> T:
        await service.ensure(unit)
        return await work(unit)

    return after


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{file}: not UTF-8")


def _check_day(on: date | None) -> None:
    if on is not None and not FIRST_DAY <= on <= LAST_DAY:
        fail(f"--on: a day from {FIRST_DAY} to {LAST_DAY}.")


def _print_policy(rows: Policy) -> None:
    print_rows(
        ("Kind", "Action", "Level", "Own proof", "From", "Until", "Reference"),
        *(
            (row.kind, row.action, str(row.minimum_level), "yes" if row.own_proof else "", *_shared(row))
            for row in rows.requirements
        ),
    )
    out.print()
    print_rows(
        ("Threshold", "Number", "From", "Until", "Reference"),
        *((row.name.value, str(row.number), *_shared(row)) for row in rows.thresholds),
    )
    out.print()
    print_rows(
        ("Trigger", "Step", "After", "From", "Until", "Reference"),
        *((row.trigger.value, row.step.value, interval_in_words(row), *_shared(row)) for row in rows.intervals),
    )
    out.print()
    print_rows(
        ("Day", "Off", "Holiday", "Reference"),
        *(
            (row.day.isoformat(), "yes" if row.day_off else "no", row.name, row.legal_reference)
            for row in rows.holidays
        ),
    )
    out.print()
    print_rows(("Who registers a number", "Channels", "Reference"), *_ways())
    out.print()


def _ways() -> list[tuple[str, str, str]]:
    """Where each class of people registers a number: a table of the program, and no row of a policy."""
    return [(way.who, way.in_words, way.legal_reference) for way in WAYS.values()]


def interval_in_words(row: Interval) -> str:
    """How long it is, in a table."""
    if row.amount == 0:
        length = "at once"
    else:
        unit = row.unit.value.replace("_", " ")
        length = f"{row.amount} {unit if row.amount > 1 else unit[:-1]}"
    return length if row.times == 1 else f"{length}, {row.times} times, daily"


def _shared(row: Requirement | ThresholdRow | Interval) -> tuple[str, str, str]:
    until = "" if row.in_force_until is None else row.in_force_until.isoformat()
    return row.in_force_from.isoformat(), until, row.legal_reference


def _version_json(version: PolicyVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "loaded_at": to_rfc3339(version.loaded_at),
        "loaded_by": version.loaded_by,
        "published_at": None if version.published_at is None else to_rfc3339(version.published_at),
        "published_by": version.published_by,
        "reason": version.reason,
    }


def _simulation_json(found: Simulation) -> dict[str, Any]:
    return {
        "on": found.day,
        "looked_at": found.looked_at,
        "locked": found.locked,
        "freed": found.freed,
        "lapsed": found.lapsed,
        "released": found.released,
        "effects": found.effects,
    }


def _print_simulation(found: Simulation) -> None:
    out.print(f"On {found.day}, of {found.looked_at:,} that are bound:")
    out.print(f"  would lock {found.locked:,}, would free {found.freed:,}", style="bold")
    if found.lapsed:
        out.print(
            f"  would end {found.lapsed:,} consents that young people gave alone, and release {found.released:,} "
            "that are bound under them, for good",
            style="yellow",
        )
    if not found.effects:
        return
    rows = [("Kind", "Action", "Change", "Reason")]
    for each in found.effects:
        rows += [(each.kind, each.action, f"would lock {n:,}", reason) for reason, n in each.locked.items()]
        rows += [(each.kind, each.action, f"would free {n:,}", reason) for reason, n in each.freed.items()]
    print_rows(*rows)
