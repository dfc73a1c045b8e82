"""`numbers import`: a carrier's register is taken over, each number with its class and with what is due of it."""

import hashlib
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from vneid_idp.cli.number_registers import opened, print_classes
from vneid_idp.cli.people import open_workplace
from vneid_idp.cli.terminal import By, Reason, deed_of, err, fail, out, print_rows, settings_of, with_database
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.registered_numbers.uploads import RegisterUpload, UploadState
from vneid_idp.registers.reading import Register
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.class_register import terms_of
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.use_cases.upload_register import Intake, NewFile, begin_upload, read_upload


def add_to(app: typer.Typer) -> None:
    """Put the command beside the other ones about numbers."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The register: CSV in UTF-8, or Parquet.")],
    client: Annotated[str, typer.Option(help="The id of a client of the carrier, which is told what has to be done.")],
    by: By,
    reason: Reason,
) -> None:
    """Take over the register of a carrier. What changed since the one before is written, what stands there no more is
    marked. The same command goes on with a file that was interrupted. The file itself is not kept, and ID numbers are
    kept as keyed digests.
    """
    deed, settings = deed_of(by, reason), settings_of(context)
    bar = Progress(
        TextColumn("Register"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(compact=True), console=err
    )

    async def work(db: Database, register: Register, digest: str) -> RegisterUpload:
        async with open_workplace(settings, db, Role.OPERATOR) as place:
            settled, policy = await place.settle(deed), await place.policy()
            in_unit = place.acting(settled)
            new = NewFile(digest, register.format, register.total)
            upload, key = await in_unit(
                lambda unit: begin_upload(unit, place.sealer, place.blind, client, new, settled.data)
            )
            terms = terms_of(policy, SystemClock().now())
            to = Intake(
                db, in_unit, Secrets(place.vault, place.sealer, place.blind), key, place.registry, policy, terms
            )
            with bar:
                task = bar.add_task("import", total=upload.total, completed=upload.done)
                return await read_upload(to, upload, register, lambda now: bar.update(task, completed=now.done))

    began = time.monotonic()
    with opened(file) as register:
        digest = _digest_of(file)
        upload = with_database(settings, lambda db: work(db, register, digest))
    print_classes(upload.classes, time.monotonic() - began)
    print_rows(
        ("Numbers", "What became of them"), *((f"{count:,}", each.value) for each, count in upload.outcomes.items())
    )
    if upload.state is UploadState.FAILED:
        fail(f"{upload.upload_id}: it could not be read to its end.", upload.failure or "")
    out.print(f"{upload.upload_id}: complete.", markup=False)


def _digest_of(file: Path) -> str:
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()
