"""Patterns for cameras: QR codes (ISO/IEC 18004) as a part of a page."""

import io

import segno
from markupsafe import Markup


def pattern(text: str) -> Markup:
    """The QR code of `text` as SVG, as large as the page makes it; dark on light, whatever the page's colours are."""
    made = io.BytesIO()
    # One mask of the eight, where the library would draw all and weigh them: what is sealed is as good as random.
    code = segno.make_qr(text, error="l", mask=3)
    code.save(made, kind="svg", xmldecl=False, svgclass="pattern", lineclass=None, omitsize=True, border=4)
    return Markup(made.getvalue().decode())  # noqa: S704 # squares alone: the text is in none of it
