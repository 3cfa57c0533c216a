"""QR codes for paper: the way from a printed sheet back to the living page."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET_ZONE = 4  # modules of white around, as ISO/IEC 18004 wants


def qr_svg(address: str) -> SafeString:
    """Return a QR code of ``address`` as an SVG element without inline style.

    Of error correction M, so that a fold or a stain on the paper does not spoil it. Its size comes
    from the class ``qr``. Raises ``segno.DataOverflowError`` for more than 2,331 bytes.
    """
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=QUIET_ZONE, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308  drawn by segno of modules; the address is not in it
