"""Forms with files (multipart/form-data, RFC 7578): read whole within a limit, and only with their CSRF token."""

from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP

from starlette.requests import Request

from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.bodies import TooLong, read_body
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.forms import Form, MalformedForm, read_form
from vneid_idp.web.request_headers import header

MOST_BYTES = 1024 * 1024
"""No form with a file is longer."""
_MOST_PARTS = 50
_KIND = "multipart/form-data"


class FileTooLarge(DomainError):
    """What was sent is longer than any file that we take."""

    code = "file_too_large"
    status = 413
    title = f"A file may have {MOST_BYTES // 1024} KiB at most, together with the rest of its form."


async def read_form_with_files(request: Request) -> tuple[Form, Mapping[str, bytes]]:
    """The posted form and its files by the name of the field, without those that nobody chose.

    A form without files may come as forms do. Raises `FileTooLarge`, `MalformedForm` and `ForgedForm`.
    """
    kind = header(request, b"content-type", "")
    if kind.partition(";")[0].strip().lower() != _KIND:
        return await read_form(request), {}
    try:
        body = await read_body(request, MOST_BYTES)
    except TooLong as error:
        raise FileTooLarge from error
    try:
        pairs, files = _parts(kind, body)
    except ValueError as error:
        raise MalformedForm from error
    form = Form(pairs)
    check_csrf(request, form)
    return form, files


def _parts(kind: str, body: bytes) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """The fields and files of a body. Raises `ValueError` for one that is cut off, or is none."""
    # The format is that of e-mail (RFC 2046 §5.1), which the standard library reads.
    message = message_from_bytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body, policy=HTTP)
    if not isinstance(message, EmailMessage) or not message.is_multipart() or message.defects:
        raise ValueError("no form, or cut off")
    pairs, files = [], {}
    for number, part in enumerate(message.iter_parts()):
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if number >= _MOST_PARTS or not isinstance(name, str) or not isinstance(content, bytes):
            raise ValueError("a part that no form of ours has")
        if part.get_filename() is None:
            # As in `read_form`: a null character is no text.
            pairs.append((name, content.decode().replace("\0", "")))
        elif content or part.get_filename():
            files[name] = content
    return pairs, files
