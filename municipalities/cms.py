"""Files signed with КЕП, read just far enough to know what they are (RFC 5652, CMS SignedData).

No signature is verified here: whoever works on the paper does that, with the programs of a provider
of such signatures. What matters is that the bytes are a signed file from the first to the last, and
what was signed.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2
_INTEGER, _OCTETS, _IDENTIFIER = 0x02, 0x04, 0x06
_SEQUENCE, _SET, _EXPLICIT, _PACKED_OCTETS = 0x30, 0x31, 0xA0, 0x24
_DEEPEST = 12  # nested elements whose length is told only by their end
_MOST = 100_000  # elements; a file of 10 MB in pieces of 1000 bytes has 10 000, read a few times


class NotSigned(ValueError):
    """The bytes are not one whole CMS SignedData."""


@dataclass(frozen=True)
class Signed:
    """``content`` is what was signed; None where the signature stands apart from its document."""

    content: bytes | None


@dataclass(frozen=True)
class _Element:
    tag: int
    inner: bytes
    end: int  # the place after it


def looks_signed(data: bytes) -> bool:
    """Say whether ``data`` begins as a CMS SignedData."""
    return data[:1] == b"\x30" and SIGNED_DATA in data[:20]


def read(data: bytes) -> Signed:
    """Return what ``data`` holds; raises NotSigned unless all of it is one SignedData.

    DER and BER are both taken: programs that sign large files write lengths without an end.
    """
    try:
        return _Reader().read(data)
    except IndexError as cut:
        raise NotSigned from cut


class _Reader:
    """Reads one file and gives up on one that is made to be read for ever."""

    def __init__(self) -> None:
        self.left = _MOST

    def read(self, data: bytes) -> Signed:
        whole = self.element(data, 0, _SEQUENCE)
        if whole.end != len(data) or not whole.inner.startswith(SIGNED_DATA):
            raise NotSigned
        wrapped = self.element(whole.inner, len(SIGNED_DATA), _EXPLICIT)
        signed = self.element(wrapped.inner, 0, _SEQUENCE)
        if wrapped.end != len(whole.inner) or signed.end != len(wrapped.inner):
            raise NotSigned
        version = self.element(signed.inner, 0, _INTEGER)
        digests = self.element(signed.inner, version.end, _SET)
        held = self.element(signed.inner, digests.end, _SEQUENCE)
        self.find_signers(signed.inner, held.end)
        kind = self.element(held.inner, 0, _IDENTIFIER)
        if kind.end == len(held.inner):
            return Signed(None)
        content = self.element(held.inner, kind.end, _EXPLICIT)
        if content.end != len(held.inner):
            raise NotSigned
        return Signed(self.octets(content.inner))

    def find_signers(self, inner: bytes, place: int) -> None:
        """Certificates and lists may come first; the set of signers is last, and not empty."""
        last = None
        while place < len(inner):
            last = self.element(inner, place)
            place = last.end
        if last is None or last.tag != _SET or not last.inner:
            raise NotSigned

    def octets(self, data: bytes) -> bytes:
        """Return the bytes of an OCTET STRING, put together where it was written in parts."""
        whole = self.element(data, 0)
        if whole.end != len(data) or whole.tag not in {_OCTETS, _PACKED_OCTETS}:
            raise NotSigned
        if whole.tag == _OCTETS:
            return whole.inner
        parts, place = [], 0
        while place < len(whole.inner):
            part = self.element(whole.inner, place, _OCTETS)
            parts.append(part.inner)
            place = part.end
        return b"".join(parts)

    def element(self, data: bytes, start: int, tag: int | None = None, depth: int = 0) -> _Element:
        """Return what is at ``start``; raises NotSigned for another ``tag`` or a false length."""
        self.left -= 1
        found, length, place = data[start], data[start + 1], start + 2
        is_long_tag = found & 0x1F == 0x1F
        if (tag is not None and found != tag) or is_long_tag or depth > _DEEPEST or self.left < 0:
            raise NotSigned
        if length == 0x80:
            if not found & 0x20:  # only what is made of elements may end by a mark
                raise NotSigned
            while data[place : place + 2] != b"\x00\x00":
                place = self.element(data, place, depth=depth + 1).end
            return _Element(found, data[start + 2 : place], place + 2)
        if length > 0x80:
            count = length & 0x7F
            if count > 4:
                raise NotSigned
            length = int.from_bytes(data[place : place + count])
            place += count
        if place + length > len(data):
            raise NotSigned
        return _Element(found, data[place : place + length], place + length)
