"""Posted forms of pages: read within limits, and only together with their CSRF token."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.bodies import read_form_body
from vneid_idp.web.csrf import check_csrf

_MAX_FIELDS = 200


class MalformedForm(DomainError):
    """The body is no form, or too large for one of ours."""

    code = "malformed_form"
    title = "The body is not a form (application/x-www-form-urlencoded), or it is too large."


class UnknownAnswer(DomainError):
    """A form came back with an answer that its page does not offer: nothing is guessed, and nothing is done."""

    code = "unknown_answer"
    status = 400
    title = "The page does not offer this answer. Nothing was done."


class Form(Mapping[str, str]):
    """Fields of a form. `form["name"]` is the last value, or "" when there is none; `form.all` gives every value."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = tuple(pairs)
        self._last = dict(pairs)

    def __getitem__(self, name: str) -> str:
        return self._last.get(name, "")

    def __contains__(self, name: object) -> bool:
        return name in self._last

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def one_of(self, name: str, *answers: str) -> str:
        """The answer to a question that has only these. Raises `UnknownAnswer` for any other, and for none."""
        if self[name] not in answers:
            raise UnknownAnswer
        return self[name]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may repeat, such as ticked boxes, in the order of the page."""
        return tuple(value for key, value in self._pairs if key == name)


async def read_form(request: Request) -> Form:
    """The posted form after its CSRF token was checked; raises `MalformedForm` or `ForgedForm`."""
    try:
        body = await read_form_body(request)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise MalformedForm from error
    # A null character is no text, and PostgreSQL would refuse it later with a server error.
    form = Form([(name, value.replace("\0", "")) for name, value in pairs])
    check_csrf(request, form)
    return form
