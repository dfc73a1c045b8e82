"""Pictures from strangers: what one is, read from its own structure and never from what its server says it is.

PNG, JPEG or WebP, whole from the first byte to the last, so that nothing else (a page, a script) hides before or behind
the picture. Never SVG, which is a document with scripts. The pixels are not decoded: that is the browser's trade, in a
process that was built for it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 200 * 1024
SMALLEST, LARGEST = 16, 2048
"""Pixels a side. A small file can unfold to gigabytes of pixels in the browser of whoever looks at it."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# SOF0 to SOF15 open a frame; 0xC4, 0xC8 and 0xCC among them are tables (ITU-T T.81 table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _ANIMATED = 0xDA, 0x02


class BadImage(ValueError):
    """These bytes are no picture that we show; the message completes "logo_uri …", for the client's developer."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that holds to the rules."""

    content: bytes
    content_type: str


def read_image(content: bytes) -> Image:
    """The picture in `content`; raises `BadImage`."""
    if len(content) > MOST_BYTES:
        raise BadImage(f"leads to more than {MOST_BYTES // 1024} KiB")
    try:
        content_type, width, height = measure(content)
    except IndexError:
        raise BadImage("leads to a picture that is cut off") from None
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise BadImage(f"leads to a picture of {width} x {height} pixels; {SMALLEST} to {LARGEST} a side are shown")
    return Image(content, content_type)


def measure(content: bytes) -> tuple[str, int, int]:
    """What kind of picture this is, its width and its height in pixels; raises `BadImage`, `IndexError` at its end."""
    if content.startswith(_PNG):
        return ("image/png", *_png(content))
    if content.startswith(_JPEG):
        return ("image/jpeg", *_jpeg(content))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ("image/webp", *_webp(content))
    raise BadImage("leads to something else than a PNG, JPEG or WebP picture")


def _number(content: bytes, start: int, count: int, order: str = "big") -> int:
    """An unsigned number of `count` bytes; raises `IndexError` where the content ends before it does."""
    if start + count > len(content):
        raise IndexError
    return int.from_bytes(content[start : start + count], "little" if order == "little" else "big")


def _png(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG (W3C PNG §5, §11.2.1) whose chunks are whole, still, and end with the file."""
    kinds = []
    for kind, start, size in _png_chunks(content):
        if zlib.crc32(content[start - 4 : start + size]) != _number(content, start + size, 4):
            raise BadImage("leads to a PNG with a wrong checksum")
        kinds.append(kind)
    if not kinds or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise BadImage("leads to a PNG that is not whole")
    if b"acTL" in kinds:
        raise BadImage("leads to an animation")
    return _number(content, 16, 4), _number(content, 20, 4)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    position = len(_PNG)
    while position < len(content):
        size = _number(content, position, 4)
        yield content[position + 4 : position + 8], position + 8, size
        position += 12 + size


def _jpeg(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG (ITU-T T.81 annex B): the first frame header, on the way to the first scan."""
    if not content.endswith(b"\xff\xd9"):
        raise BadImage("leads to a JPEG that is not whole")
    position = 2
    while True:
        if _number(content, position, 1) != 0xFF:
            raise BadImage("leads to a JPEG that is not whole")
        marker = _number(content, position + 1, 1)
        if marker in _FRAMES:
            return _number(content, position + 7, 2), _number(content, position + 5, 2)
        if marker in (_SCAN, 0xD9):
            raise BadImage("leads to a JPEG without a frame")
        # A marker may be preceded by any number of fill bytes (§B.1.1.2).
        position += 1 if marker == 0xFF else 2 + _number(content, position + 2, 2)


def _webp(content: bytes) -> tuple[int, int]:
    """Width and height of a WebP (RFC 9649 §2)."""
    if _number(content, 4, 4, "little") + 8 != len(content):
        raise BadImage("leads to a WebP that is not whole")
    kind = content[12:16]
    if kind == b"VP8X":
        if _number(content, 20, 1) & _ANIMATED:
            raise BadImage("leads to an animation")
        return _number(content, 24, 3, "little") + 1, _number(content, 27, 3, "little") + 1
    if kind == b"VP8L" and _number(content, 20, 1) == 0x2F:
        bits = _number(content, 21, 4, "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return _number(content, 26, 2, "little") & 0x3FFF, _number(content, 28, 2, "little") & 0x3FFF
    raise BadImage("leads to a WebP without a picture")
