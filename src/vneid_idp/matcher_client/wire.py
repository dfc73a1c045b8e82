"""What goes over the wire between the provider and a matcher of faces: the published shapes of `face-matcher/v1`.

The client ignores members that it does not know, so that a matcher may grow; everything it does know is checked, and a
result that does not pass is no result.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.faces.port import LONGEST_TEMPLATE, FaceOutcome, FaceResult, Template
from vneid_idp.kernel.secrets import base64url, from_base64url

PREFIX = "/face-matcher/v1"

_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$")]


class Comparison(BaseModel):
    """A face, and the person whose it may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="The registry's lasting, pseudonymous id of a person. It may be nobody's.",
        examples=["per_06cq2d9k7v3f1m8e5t0h4b6n9r"],
    )
    model: str = Field(min_length=1, max_length=128, description="The model that made the template, with its version.")
    template: str = Field(
        pattern=r"^[A-Za-z0-9_-]+$",
        max_length=LONGEST_TEMPLATE * 4 // 3 + 1,
        description="The template in base64url, in the form of its model.",
    )

    @classmethod
    def of(cls, person_id: str, template: Template) -> "Comparison":
        """The question as it is sent."""
        return cls(person_id=person_id, model=template.model, template=base64url(template.content))

    def shown(self) -> Template:
        """The template, as the rest of the program knows it. Raises `ValueError`."""
        return Template(self.model, from_base64url(self.template))


class Result(BaseModel):
    """What a comparison came to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    outcome: FaceOutcome = Field(
        description="undecided: there is no template of the person, or the model is another; after the same time."
    )
    score: float | None = Field(allow_inf_nan=False, description="The higher the more alike; null where undecided.")
    threshold: float = Field(allow_inf_nan=False, description="The score from which on two faces are one person's.")
    matcher: _Name = Field(description="Who compared, with its version.")
    evaluation_id: _Name = Field(description="The evaluation that says how often it errs at that threshold.")

    @classmethod
    def of(cls, result: FaceResult) -> "Result":
        """The answer as it is sent."""
        return cls(
            outcome=result.outcome,
            score=result.score,
            threshold=result.threshold,
            matcher=result.matcher,
            evaluation_id=result.evaluation_id,
        )

    @property
    def is_sound(self) -> bool:
        """Whether the outcome is what score and threshold say."""
        if self.outcome is FaceOutcome.UNDECIDED or self.score is None:
            return self.outcome is FaceOutcome.UNDECIDED and self.score is None
        return (self.score >= self.threshold) is (self.outcome is FaceOutcome.MATCH)

    def result(self) -> FaceResult:
        """The same, as the rest of the program knows it."""
        return FaceResult(self.outcome, self.matcher, self.evaluation_id, self.threshold, self.score)


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable and made for programs."""

    type: str = Field(examples=["urn:vneid:problem:malformed"])
    title: str
    status: int
    code: str = Field(examples=["malformed"])
