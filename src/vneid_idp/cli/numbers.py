"""`numbers ladder`, `numbers due`: what the law has in store for subscriber numbers that are not proved."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import typer

from vneid_idp.cli.policy import ensured, interval_in_words
from vneid_idp.cli.terminal import day_option, fail, out, print_json, print_rows, settings_of, with_database, with_unit
from vneid_idp.kernel.clock import SECOND, VIETNAM, Instant, local_date, to_rfc3339
from vneid_idp.policy import service
from vneid_idp.policy.intervals import Trigger
from vneid_idp.policy.ladder import Due, due_steps, step_at
from vneid_idp.policy.rules import FIRST_DAY, LAST_DAY
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.foresee_ladder import Foreseen, foresee_ladder

app = typer.Typer(no_args_is_help=True, help="Subscriber numbers.")


def _read_moment(text: str) -> Instant:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("write a time as 2026-06-15T08:00, or a day as 2026-06-15") from error
    if not FIRST_DAY < moment.date() < LAST_DAY:
        raise typer.BadParameter(f"a time between {FIRST_DAY} and {LAST_DAY}")
    return int((moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).timestamp()) * SECOND


@app.command()
def ladder(
    context: typer.Context,
    trigger: Trigger,
    since: Annotated[
        int,
        typer.Option(
            "--from",
            parser=_read_moment,
            metavar="YYYY-MM-DDTHH:MM",
            help="When it happened: in Viet Nam, unless another offset is written.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Say when each step is due by the published policy, and by which rule. Nothing is done."""

    async def work(unit: Unit) -> tuple[tuple[Due, ...], Instant]:
        return due_steps(await service.published(unit), trigger, since), unit.now

    steps, now = with_unit(settings_of(context), ensured(work))
    if not steps and not as_json:
        fail(f"On {local_date(since)} no interval of {trigger} is in force: nothing follows.")
    reached = step_at(steps, now)
    if as_json:
        print_json(
            {
                "trigger": trigger,
                "from": to_rfc3339(since),
                "steps": [_step_json(due) for due in steps],
                "reached": None if reached is None else reached.step,
            }
        )
        return
    print_rows(
        ("Step", "Due in Viet Nam", "After", "Reference"),
        *(
            (due.step.value, _in_viet_nam(due.at), interval_in_words(due.interval), due.interval.legal_reference)
            for due in steps
        ),
    )
    out.print(f"Reached by now: {'nothing' if reached is None else reached.step.value}.")


@app.command("due")
def due_on(
    context: typer.Context,
    on: Annotated[date, day_option("--on", "The day in Viet Nam; today or later.")],
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Say what carriers will be told on a day by the published policy, and of how many numbers, where nobody proves one
    before. Nothing is done."""

    async def work(db: Database) -> list[tuple[Foreseen, int]]:
        policy = await db.transact(ensured(service.published))
        return sorted((await foresee_ladder(db, policy, on)).items())

    found = with_database(settings_of(context), work)
    if as_json:
        print_json([{**asdict(what), "numbers": count} for what, count in found])
    elif found:
        print_rows(
            ("Carrier", "Instruction", "Since it is", "Numbers"),
            *((what.family_id, what.kind.value, what.trigger.value, f"{count:,}") for what, count in found),
        )
    else:
        out.print(f"On {on} nothing follows for any number.")


def _in_viet_nam(instant: Instant) -> str:
    return f"{datetime.fromtimestamp(instant // SECOND, VIETNAM):%Y-%m-%d %H:%M}"


def _step_json(due: Due) -> dict[str, Any]:
    return {
        "step": due.step,
        "due_at": to_rfc3339(due.at),
        "amount": due.interval.amount,
        "unit": due.interval.unit,
        "legal_reference": due.interval.legal_reference,
        "in_force_from": due.interval.in_force_from,
    }
