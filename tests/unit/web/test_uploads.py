"""Forms with files are read as browsers send them, and nothing else is taken for one."""

import pytest

from vneid_idp.web.uploads import _parts

KIND = "multipart/form-data; boundary=x"


def form(*parts: str, end: str = "--x--\r\n") -> bytes:
    return ("".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + end).encode()


FILE = 'name="file"; filename="a b.toml"\r\nContent-Type: application/octet-stream\r\n\r\n'


def test_fields_and_files_come_as_they_were_sent() -> None:
    body = form('name="reason"\r\n\r\nTiếng Việt\r\nhai dòng\0', FILE + "\r\n# é\r\n\r\n")
    assert _parts(KIND, body) == ([("reason", "Tiếng Việt\r\nhai dòng")], {"file": "\r\n# é\r\n\r\n".encode()})


def test_bytes_of_a_file_stay_as_they_are() -> None:
    content = bytes(range(256)) + b"\r\n--y\r\n\n"
    body = form(FILE + "@").replace(b"@", content)
    assert _parts(KIND, body) == ([], {"file": content})


def test_a_file_that_nobody_chose_is_none() -> None:
    assert _parts(KIND, form('name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n')) == ([], {})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a=1",
        form('name="a"\r\n\r\n1', end=""),
        form("\r\n\r\n1"),
        form('name="a"\r\nContent-Type: message/rfc822\r\n\r\nA: 1\r\n\r\n1'),
        form(*['name="a"\r\n\r\n1'] * 51),
        form('name="a"\r\n\r\n@').replace(b"@", b"\xff"),
    ],
)
def test_what_is_no_form_of_ours_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a decoding error is one too
        _parts(KIND, body)
