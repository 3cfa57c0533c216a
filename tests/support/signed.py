"""Files signed as with КЕП, by a key made on the spot; DER as the library writes it, and BER."""

from __future__ import annotations

import datetime as dt
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED = bytes.fromhex("06092a864886f70d010702")
END = b"\x00\x00"


@cache
def _signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Пенка Измислена")])
    start = dt.datetime(2026, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def p7m(data: bytes, *, apart: bool = False) -> bytes:
    """Return ``data`` in its signature, or the signature ``apart`` from it."""
    certificate, key = _signer()
    options = [pkcs7.PKCS7Options.Binary]
    if apart:
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    return builder.add_signer(certificate, key, hashes.SHA256()).sign(Encoding.DER, options)


def p7m_in_pieces(data: bytes, size: int = 1000) -> bytes:
    """Return the same as programs write that sign large files: lengths told by their ends."""
    body = _inner(_inner(_inner(p7m(data))[len(SIGNED) :]))
    version, digests, _content, *rest = _children(body)
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    octets = b"\x24\x80" + b"".join(element(0x04, piece) for piece in pieces) + END
    content = b"\x30\x80" + DATA + b"\xa0\x80" + octets + END + END
    signed = b"\x30\x80" + version + digests + content + b"".join(rest) + END
    return b"\x30\x80" + SIGNED + b"\xa0\x80" + signed + END + END


def element(tag: int, inner: bytes) -> bytes:
    """Return one element of DER."""
    size = len(inner)
    if size < 0x80:
        return bytes([tag, size]) + inner
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + inner


def _head(data: bytes) -> tuple[int, int]:
    if data[1] < 0x80:
        return 2, data[1]
    count = data[1] & 0x7F
    return 2 + count, int.from_bytes(data[2 : 2 + count])


def _inner(data: bytes) -> bytes:
    start, size = _head(data)
    return data[start : start + size]


def _children(data: bytes) -> list[bytes]:
    found = []
    while data:
        start, size = _head(data)
        found.append(data[: start + size])
        data = data[start + size :]
    return found
