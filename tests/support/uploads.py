"""Files good and evil, made on the spot, so that no binary file lies in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image

CANARY = b"42.6858N 26.3292E"
DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT_TYPE = "application/vnd.oasis.opendocument.text"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(*objects: bytes, end: bytes = b"%%EOF\n") -> bytes:
    """Return a PDF of one empty page, with more objects if given."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        *objects,
    ]
    body, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, rows)
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n" % (size, len(body))
        + end
    )


def packed_objects(
    inner: bytes, filters: bytes = b"/Filter /FlateDecode", cut: int | None = None
) -> bytes:
    """Return an object stream that holds ``inner`` packed."""
    packed = zlib.compress(inner)[:cut]
    head = b"<< /Type /ObjStm /N 1 /First 4 %b /Length %d >>" % (filters, len(packed))
    return head + b"\nstream\n" + packed + b"\nendstream"


def photograph(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **more) -> bytes:
    """Return a picture: left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    target = io.BytesIO()
    image.save(target, kind, **more)
    return target.getvalue()


def telling_photograph(kind: str = "JPEG") -> bytes:
    """Return a picture that lies on its side and tells where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = CANARY.decode()
    exif.get_ifd(0x8825)[29] = CANARY.decode()  # GPSDateStamp stands for the place
    more = {"comment": CANARY} if kind == "JPEG" else {}
    return photograph(kind, exif=exif, icc_profile=CANARY, **more)


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that promises ``width`` by ``height`` points."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def archive(parts: dict[str, bytes | str], stored: str = "mimetype", comment: bytes = b"") -> bytes:
    """Return a ZIP of ``parts``; the one named ``stored`` is not packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, body in parts.items():
            how = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            book.writestr(name, body, compress_type=how)
        book.comment = comment
    return target.getvalue()


def docx(more: dict[str, bytes | str] | None = None, main: str = DOCX_MAIN, **facts) -> bytes:
    """Return a Word document of one sentence, with more parts if given."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types><Override ContentType="{main}"/></Types>',
        "_rels/.rels": relation("officeDocument", "word/document.xml"),
        "word/document.xml": "<w:document><w:body><w:p>Заявление</w:p></w:body></w:document>",
    }
    return archive({**parts, **(more or {})}, **facts)


def relation(kind: str, target: str, mode: str = "") -> str:
    """Return a part that relates a document to ``target``."""
    mode = f' TargetMode="{mode}"' if mode else ""
    return (
        f'<Relationships><Relationship Id="1" Type="{OFFICE}/{kind}" '
        f'Target="{target}"{mode}/></Relationships>'
    )


def odt(more: dict[str, bytes | str] | None = None) -> bytes:
    """Return an OpenDocument text of one sentence, with more parts if given."""
    parts: dict[str, bytes | str] = {
        "mimetype": ODT_TYPE,
        "content.xml": "<office:document><office:scripts/>Заявление</office:document>",
        "layout-cache": b"\x00\x01",
        "META-INF/manifest.xml": "<manifest:manifest/>",
    }
    return archive({**parts, **(more or {})})


def lying(data: bytes, name: str, promised: int) -> bytes:
    """Return the archive with the directory promising ``promised`` bytes for the part ``name``."""
    place = data.rindex(name.encode()) - 46
    return data[: place + 24] + struct.pack("<I", promised) + data[place + 28 :]


def locked(data: bytes) -> bytes:
    """Return the archive with every part marked as encrypted."""
    out, place = bytearray(data), 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        out[place + 8] |= 1
        place += 4
    return bytes(out)
