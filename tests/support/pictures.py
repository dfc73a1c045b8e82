"""Pictures with a structure and without art, made byte by byte."""

import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 48, height: int = 48, *more: bytes, grey: int = 200) -> bytes:
    """A grey PNG; chunks in `more` stand before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = (b"\0" + bytes([grey]) * width) * height
    return PNG + header + b"".join(more) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def huge_png() -> bytes:
    """A small file that says to hold ten billion pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0))
    return PNG + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND")


def jpeg(width: int = 48, height: int = 48, frame: int = 0xC0) -> bytes:
    """The headers of a JPEG, with a comment and a table on the way to the frame, and its last marker."""
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"\xff\xc0\0\0"
    table = b"\xff\xc4" + struct.pack(">H", 5) + b"\0\0\0"
    start = bytes([0xFF, frame]) + struct.pack(">HBHH", 17, 8, height, width) + b"\0" * 10
    return b"\xff\xd8" + comment + b"\xff" + table + start + b"\xff\xda\0\x02\0\xff\xd9"


def webp(kind: bytes, data: bytes) -> bytes:
    """A WebP with one chunk."""
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_lossy(width: int = 48, height: int = 48) -> bytes:
    """The header of a simple WebP."""
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"\0" * 4)


def webp_lossless(width: int = 48, height: int = 48) -> bytes:
    """The header of a lossless WebP."""
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0" * 3)


def webp_extended(width: int = 48, height: int = 48, flags: int = 0) -> bytes:
    """The header of an extended WebP."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X", bytes([flags, 0, 0, 0]) + size)
