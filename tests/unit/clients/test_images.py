"""What strangers send as a picture is one, or is not shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import (
    PNG,
    chunk,
    huge_png,
    jpeg,
    png,
    webp,
    webp_extended,
    webp_lossless,
    webp_lossy,
)
from vneid_idp.clients.images import LARGEST, MOST_BYTES, SMALLEST, BadImage, measure, read_image

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (png(64, 32), "image/png"),
        (jpeg(64, 32), "image/jpeg"),
        (jpeg(64, 32, frame=0xC2), "image/jpeg"),
        (webp_lossy(64, 32), "image/webp"),
        (webp_lossless(64, 32), "image/webp"),
        (webp_extended(64, 32), "image/webp"),
    ],
)
def test_pictures_are_known_by_their_structure(content: bytes, content_type: str) -> None:
    image = read_image(content)
    assert (image.content, image.content_type) == (content, content_type)
    assert measure(content) == (content_type, 64, 32)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "something else"),
        (HTML, "something else"),
        (SVG, "something else"),
        (b"GIF89a" + b"\x30\0\x30\0" + b"\0" * 20, "something else"),
        (PNG + HTML, "cut off"),
        (PNG, "not whole"),
        (png() + HTML, "cut off"),
        (HTML + png(), "something else"),
        (png()[:-12], "not whole"),
        (PNG + chunk(b"IHDR", b"\0\0\0\x30" * 2 + b"\0" * 5) + chunk(b"IEND"), "not whole"),
        (PNG + chunk(b"tEXt", b"\0\0\0\x30" * 2) + png()[8:], "not whole"),
        (png().replace(b"IDAT", b"IDAX"), "checksum"),
        (png(48, 48, chunk(b"acTL", b"\0\0\0\x02\0\0\0\0")), "animation"),
        (jpeg() + HTML, "not whole"),
        (b"\xff\xd8\xff" + HTML + b"\xff\xd9", "cut off|not whole"),
        (b"\xff\xd8\xff\xda\0\x02\xff\xd9", "without a frame"),
        (b"\xff\xd8\xff\xc0\xff\xd9", "cut off"),
        (webp_lossy() + HTML, "not whole"),
        (webp(b"EXIF", HTML), "without a picture"),
        (webp(b"VP8 ", b""), "without a picture|cut off"),
        (webp_extended(flags=0x02), "animation"),
        (png() + b"\0" * MOST_BYTES, "more than 200 KiB"),
        (huge_png(), "pixels"),
        (png(SMALLEST - 1, 48), "pixels"),
        (jpeg(48, LARGEST + 1), "pixels"),
        (jpeg(0, 0), "pixels"),
        (webp_lossless(48, LARGEST + 1), "pixels"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(BadImage, match=why):
        read_image(content)


@pytest.mark.parametrize(("width", "height"), [(SMALLEST, LARGEST), (LARGEST, SMALLEST)])
def test_a_picture_may_be_as_small_and_as_large_as_is_said(width: int, height: int) -> None:
    assert measure(read_image(jpeg(width, height)).content) == ("image/jpeg", width, height)


def test_a_picture_may_have_as_many_bytes_as_is_said() -> None:
    room = MOST_BYTES - len(png(48, 48, chunk(b"tEXt", b"")))
    assert read_image(png(48, 48, chunk(b"tEXt", b"x" * room))).content_type == "image/png"
    with pytest.raises(BadImage, match="more than 200 KiB"):
        read_image(png(48, 48, chunk(b"tEXt", b"x" * (room + 1))))


@given(st.sampled_from([PNG, b"\xff\xd8\xff", b"RIFF", png()[:33], jpeg()[:20], webp_lossy()[:16]]), st.binary())
def test_no_content_breaks_the_reader(start: bytes, rest: bytes) -> None:
    try:
        image = read_image(start + rest)
    except BadImage:
        return
    _, width, height = measure(image.content)
    assert SMALLEST <= width <= LARGEST
    assert SMALLEST <= height <= LARGEST


@given(st.integers(0, len(png()) - 1))
def test_a_picture_that_is_cut_is_none(length: int) -> None:
    with pytest.raises(BadImage):
        read_image(png()[:length])
