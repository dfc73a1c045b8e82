"""What `numbers/v1/registers` says and hears: the published shapes."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.kernel.clock import to_datetime
from vneid_idp.policy.intervals import Step
from vneid_idp.registered_numbers.parts import PART_BYTES, count_of
from vneid_idp.registered_numbers.uploads import NumberOutcome, RegisterUpload, UploadState
from vneid_idp.registers.classes import RowClass
from vneid_idp.use_cases.upload_register import NewFile

UPLOAD_ID = "upl_[0-9a-v]{26}"
"""A regular expression for `kernel.secrets.new_id("upl")`."""
UploadId = Annotated[
    str, Field(pattern=f"^{UPLOAD_ID}$", description="The upload.", examples=["upl_06cq2d9k7v3f1m8e5t0h4b6n9r"])
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewRegister(_Model):
    """A file that is to come."""

    format: Literal["csv", "parquet"]
    bytes: Annotated[int, Field(ge=1, description="How long the file is.")]
    sha256: Annotated[
        str,
        Field(
            pattern="^[0-9a-f]{64}$",
            description="SHA-256 of the file, in hexadecimal digits. The same file goes on where it was interrupted.",
        ),
    ]

    @property
    def as_file(self) -> NewFile:
        """The file, to be sent in parts."""
        return NewFile(self.sha256, self.format, self.bytes, count_of(self.bytes))


class ComingSteps(_Model):
    """Of how many numbers a step is due on a day."""

    step: Step
    day: date
    numbers: int


class Register(_Model):
    """An upload of a register, and what was found. It names no number and nobody."""

    upload_id: UploadId
    state: UploadState = Field(
        description="`receiving`: parts are still to come. `reading`: it is read, or waits to be. `complete`: all of "
        "it counts, and what it does not tell of is missing. `failed`: it was read up to some row; `failure` says why."
    )
    format: str
    part_bytes: int = Field(description="How long each part of the file is but the last.")
    missing_parts: tuple[int, ...] = Field(description="Parts that are still to come, by their number from 1 on.")
    progress: float = Field(ge=0, le=1, description="How much of the file was read.")
    rows: int = Field(description="How many rows were read.")
    classes: dict[RowClass, int] = Field(description="How many of these are of which class.")
    numbers: dict[NumberOutcome, int] = Field(
        description="What became of numbers. `added`: they stood in no upload before. `recycled`: they have another "
        "holder, or began again after their end. `missing`: they stand in the register no more."
    )
    faults: int = Field(description="How many cells or lines cannot be read: `/errors` says which.")
    failure: str | None
    coming: tuple[ComingSteps, ...] = Field(
        description="What was due of all numbers of the carrier when it had been read, if nobody proves anything."
    )
    begun_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, upload: RegisterUpload, there: tuple[int, ...] = ()) -> "Register":
        """The representation of an upload of which these parts are there."""
        wanted = range(1, (upload.parts or 0) + 1) if upload.state is UploadState.RECEIVING else ()
        known = set(there)
        return cls(
            upload_id=upload.upload_id,
            state=upload.state,
            format=upload.format,
            part_bytes=PART_BYTES,
            missing_parts=tuple(place for place in wanted if place not in known),
            progress=min(1.0, upload.done / upload.total) if upload.total else 1.0,
            rows=upload.rows,
            classes={each: count for each, count in upload.classes.items() if count},
            numbers=dict(upload.outcomes),
            faults=upload.faults,
            failure=upload.failure,
            coming=tuple(ComingSteps(step=each.step, day=each.day, numbers=each.numbers) for each in upload.coming),
            begun_at=to_datetime(upload.begun_at),
            ended_at=None if upload.ended_at is None else to_datetime(upload.ended_at),
        )
