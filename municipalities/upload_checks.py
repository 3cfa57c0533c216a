"""What an uploaded file really is, by its own bytes, and whether the portal takes it.

Nothing here trusts a name or a declared type. A photograph is drawn anew, so that only its picture
is left; documents stay byte for byte as they came (they may be signed) and are refused when
anything in them could act. The portal gives them only as downloads, and no check here replaces an
antivirus program on the computer that opens them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import puremagic
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from municipalities import cms

MAX_PIXELS = 40_000_000  # a sheet of A4 at 600 dpi has 35 million
MAX_UNPACKED = 50 * 2**20  # bytes of a document when unpacked
MAX_RATIO = 100  # unpacked to packed; XML of real documents stays far below
MAX_ENTRIES = 2000
JPEG_QUALITY = 90


class Refused(ValidationError):
    """The file is not taken; the message, in Bulgarian, goes on from its name in quotes."""


def _refused(code: str) -> Refused:
    return Refused(MESSAGES[code], code=code)


MESSAGES = {
    "kind": _("не е от видовете, които приемаме: PDF, JPEG, PNG, DOCX или ODT."),
    "heic": _("е снимка във вид HEIC. Запишете я като JPEG и я изберете отново."),
    "damaged": _("е непълен или повреден. Отворете го, запишете го отново и го изберете пак."),
    "protected": _("е защитен с парола. Запишете го без парола и го изберете отново."),
    "active": _("съдържа скриптове, вложени файлове или други действия. Отпечатайте го в нов PDF."),
    "unread": _("има части, които не могат да се проверят. Отпечатайте го в нов PDF."),
    "macros": _("съдържа макроси или вложени обекти. Запишете го като PDF и го изберете отново."),
    "bomb": _("се разгръща до необичайно голям размер. Запишете го като PDF."),
    "pixels": _("е твърде голяма снимка: над 40 милиона точки. Намалете я и я изберете отново."),
    "signed_other": _("е подписан файл, но в него не е PDF, JPEG, PNG, DOCX или ODT."),
    "two_things": _("е едновременно от два вида. Запишете го отново като обикновен файл."),
}


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: its endings (the first is the one kept) and its content type.

    ``check`` gets the bytes and returns those to keep, or raises Refused.
    """

    label: str
    endings: tuple[str, ...]
    content_type: str
    check: Callable[[bytes], bytes]


def kind_of(data: bytes) -> Kind:
    """Return the kind of the bytes by their signature, with which puremagic must agree."""
    if data[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"}:
        raise _refused("heic")
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise _refused("protected")
    if cms.looks_signed(data):  # puremagic does not know it
        return _kind_of_signed(data)
    kind = next((k for start, k in SIGNATURES if data.startswith(start)), None)
    if kind is None and data.startswith(b"PK\x03\x04"):
        kind = _kind_of_zip(data)
    if kind is None or not _magic_endings(data) & {*kind.endings, ".zip"}:
        raise _refused("kind")
    return kind


def _magic_endings(data: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()


# Two things at once

# What makes a browser or a server run a file. Random bytes hold one of these once in gigabytes.
MARKUP = re.compile(
    rb"<!doctype\s+html|<html|<head[\s>]|<body|<script|<iframe|<object\s|<svg[\s>]|<\?php", re.I
)


def _refuse_two_things(data: bytes) -> None:
    if MARKUP.search(data) or zipfile.is_zipfile(io.BytesIO(data)):
        raise _refused("two_things")


# PDF


def _name(word: str) -> bytes:
    """Return a pattern of a PDF name, any letter of which may be written as #41."""
    letters = (f"(?:{c}|#(?i:{ord(c):02x}))" for c in word)
    return "".join(letters).encode()


def _names(*words: str) -> re.Pattern[bytes]:
    ends = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)"
    return re.compile(rb"/(?:" + b"|".join(_name(word) for word in words) + rb")" + ends)


PDF_ACTIVE = _names(
    *("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "Rendition"),
    *("XFA", "SubmitForm", "ImportData", "GoToE"),
)
PDF_ENCRYPTED = _names("Encrypt")
PDF_OBJECTS = _names("ObjStm")
PDF_FILTER = _names("Filter")
PDF_OTHER_FILTERS = _names(
    *("ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW"),
    *("RunLengthDecode", "RL", "Crypt", "Predictor"),
)
_WHITE = b"\x00\t\n\x0c\r "


def check_pdf(data: bytes) -> bytes:
    """Return the PDF as it is; refuse what is cut, locked, active or more than a PDF.

    A search for names, in the file and in its packed streams of objects, not a reading of the
    document: it refuses some harmless files (a link that ends in „/JavaScript“) and knows nothing
    of faults in the programs that open PDF files.
    """
    if not re.match(rb"%PDF-[12]\.\d", data) or not data.rstrip(_WHITE).endswith(b"%%EOF"):
        raise _refused("two_things" if MARKUP.search(data) else "damaged")
    _refuse_two_things(data)
    if PDF_ENCRYPTED.search(data):
        raise _refused("protected")
    if PDF_ACTIVE.search(data) or any(PDF_ACTIVE.search(part) for part in _packed_objects(data)):
        raise _refused("active")
    return data


def _packed_objects(data: bytes) -> Iterator[bytes]:
    """Yield the streams in which a PDF packs its objects; refuse one that cannot be unpacked."""
    left = MAX_UNPACKED
    pieces = re.split(rb"stream(?:\r\n|\n)?", data)
    for before, body in pairwise(pieces):
        if not PDF_OBJECTS.search(before):
            continue
        unpacker = zlib.decompressobj()
        try:
            unpacked = unpacker.decompress(body, left)
        except zlib.error:
            if PDF_FILTER.search(before):
                raise _refused("unread") from None
            continue  # not packed, so it has been searched with the whole
        if not unpacker.eof:
            raise _refused("bomb" if len(unpacked) == left else "unread")
        if PDF_OTHER_FILTERS.search(before):
            raise _refused("unread")
        left -= len(unpacked)
        yield unpacked


# Photographs


def _check_image(data: bytes, name: str) -> bytes:
    """Return the picture drawn anew, upright, without EXIF, comments, profiles or further frames.

    The size is read from the header before anything is unpacked.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[name]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _refused("pixels")
            image.verify()
        _refuse_two_things(data)
        with Image.open(io.BytesIO(data), formats=[name]) as image:
            image.load()
            return _drawn_anew(image, name)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused("pixels") from None
    except Exception:  # the decoders raise whatever the strange bytes lead them to
        raise _refused("damaged") from None


def _drawn_anew(image: Image.Image, name: str) -> bytes:
    try:
        upright = ImageOps.exif_transpose(image)
    except Exception:  # the picture is good, only what the camera wrote about it is not
        upright = image.copy()
    modes = {"JPEG": {"L", "RGB"}, "PNG": {"1", "L", "LA", "P", "RGB", "RGBA"}}
    if upright.mode not in modes[name]:
        upright = upright.convert("RGB")
    transparency = upright.info.get("transparency")
    upright.info = {} if transparency is None or name == "JPEG" else {"transparency": transparency}
    target = io.BytesIO()
    if name == "JPEG":
        upright.save(target, "JPEG", quality=JPEG_QUALITY)
    else:
        upright.save(target, "PNG")
    return target.getvalue()


def check_jpeg(data: bytes) -> bytes:
    """Return the photograph drawn anew; see ``_check_image``."""
    return _check_image(data, "JPEG")


def check_png(data: bytes) -> bytes:
    """Return the picture drawn anew; see ``_check_image``."""
    return _check_image(data, "PNG")


# DOCX and ODT

DOCX_TYPES, ODT_TYPE = "[Content_Types].xml", b"application/vnd.oasis.opendocument.text"
DOCX_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PARTS = re.compile(
    r"mimetype|layout-cache|(?!.*(?:vbaProject|/embeddings/|/activeX/|Basic/|Scripts/|Object ))"
    r".*\.(?:xml|rels|rdf|png|jpe?g|gif|bmp|tiff?|emf|wmf|odttf|ttf|otf)|.*/",
    re.I,
)
# A DOCTYPE can grow or fetch; the rest runs, or reaches out when the document is opened.
XML_ACTIVE = re.compile(
    rb"<!DOCTYPE|<!ENTITY|macroEnabled|vbaProject|<(?:\w+:)?altChunk|script:event-listener"
    rb"|<script:|<office:dde-source|\bDDEAUTO\b",
    re.I,
)
HYPERLINK = re.compile(rb"\sType\s*=\s*[\"'][^\"']*/hyperlink[\"']")


def _kind_of_zip(data: bytes) -> Kind | None:
    """Return DOCX or ODT by what stands in the archive; None for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except Exception:
        raise _refused("damaged") from None
    if data[30:38] == b"mimetype" and data[38:].startswith(ODT_TYPE):
        return ODT
    return DOCX if DOCX_TYPES in names and "word/document.xml" in names else None


def _check_archive(data: bytes) -> bytes:
    """Return the document as it is; refuse bombs, locks, macros, objects and what is joined to it.

    The sizes of the directory are judged before anything is unpacked; then each part is unpacked
    within its promised size, so a directory that lies is found by the wrong checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive, len(data))
            for entry in archive.infolist():
                if entry.filename.lower().endswith((".xml", ".rels", ".rdf", "mimetype")):
                    _check_part(entry.filename, archive.read(entry))
                else:
                    archive.read(entry)
    except Refused:
        raise
    except Exception:  # zipfile and zlib raise whatever the strange bytes lead them to
        raise _refused("damaged") from None
    return data


def _check_directory(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    is_dense = any(
        e.file_size > 2**20 and e.file_size > MAX_RATIO * e.compress_size for e in entries
    )
    if (
        len(entries) > MAX_ENTRIES
        or unpacked > MAX_UNPACKED
        or unpacked > MAX_RATIO * packed
        or is_dense
    ):
        raise _refused("bomb")
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _refused("protected")
    if min(entry.header_offset for entry in entries) != 0 or archive.comment:
        raise _refused("two_things")
    known = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if len({name.casefold() for name in names}) < len(names) or any(
        entry.compress_type not in known for entry in entries
    ):
        raise _refused("damaged")
    for name in names:
        if ".." in name or name.startswith(("/", "\\")) or not PARTS.fullmatch(name):
            raise _refused("macros")


def _check_part(name: str, part: bytes) -> None:
    if b"\x00" in part:  # XML in UTF-16 would pass every search below
        raise _refused("macros")
    if XML_ACTIVE.search(part):
        raise _refused("macros")
    if name == "META-INF/manifest.xml" and b"encryption-data" in part:
        raise _refused("protected")
    if name == DOCX_TYPES and DOCX_MAIN not in part:
        raise _refused("macros")
    if name.lower().endswith(".rels"):
        for relation in part.split(b"<"):
            is_outside = b"External" in relation or b"&#" in relation
            if is_outside and not HYPERLINK.search(relation):
                raise _refused("macros")


def check_docx(data: bytes) -> bytes:
    """Return the Word document as it is; see ``_check_archive``."""
    return _check_archive(data)


def check_odt(data: bytes) -> bytes:
    """Return the OpenDocument text as it is; see ``_check_archive``."""
    return _check_archive(data)


# Signed with КЕП, in a file of its own


def _kind_of_signed(data: bytes) -> Kind:
    """Return whether the signature is around its document or apart from it."""
    return P7S if _signed(data).content is None else P7M


def _signed(data: bytes) -> cms.Signed:
    try:
        return cms.read(data)
    except cms.NotSigned:
        raise _refused("damaged") from None


def check_signature(data: bytes) -> bytes:
    """Return the signature as it is, byte for byte; refuse one that is also something else."""
    if MARKUP.search(data):
        raise _refused("two_things")
    return data


def check_signed(data: bytes) -> bytes:
    """Return the signed file as it is; refuse what is in it, were it refused by itself.

    What is signed twice is in two such covers.
    """
    content = _signed(data).content or b""
    for _cover in range(MOST_COVERS):
        if not cms.looks_signed(content):
            break
        content = _signed(content).content or b""
    try:
        kind = kind_of(content)
    except Refused as refused:
        raise _refused("signed_other") if refused.code == "kind" else refused from None
    if kind not in KINDS:
        raise _refused("signed_other")
    kind.check(content)
    if MARKUP.search(data.replace(content, b"")):
        raise _refused("two_things")
    return data


PDF = Kind("PDF", (".pdf",), "application/pdf", check_pdf)
JPEG = Kind("JPEG", (".jpg", ".jpeg", ".jfif"), "image/jpeg", check_jpeg)
PNG = Kind("PNG", (".png",), "image/png", check_png)
DOCX = Kind(
    "DOCX",
    (".docx",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    check_docx,
)
ODT = Kind("ODT", (".odt",), ODT_TYPE.decode(), check_odt)
KINDS = (PDF, JPEG, PNG, DOCX, ODT)
SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
# Taken only where a field asks for them: ``kinds=SIGNED_KINDS``. A PDF can be signed inside.
MOST_COVERS = 3
P7M = Kind("P7M", (".p7m", ".p7s"), "application/pkcs7-mime", check_signed)
P7S = Kind("P7S", (".p7s", ".p7m"), "application/pkcs7-signature", check_signature)
SIGNED_KINDS = (PDF, P7M, P7S)
