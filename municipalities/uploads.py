"""The one place through which files come in and go out.

In: a form takes them with ``UploadField`` or ``MultipleUploadField``, whose cleaned value is a
``CheckedFile``; ``store()`` takes nothing else and returns the path to keep in the database,
beside ``name`` and ``content_type``. Out: ``serve_attachment()``, or to a citizen who opened their
own record ``serve_own_attachment()``; neither can be called without the record the file belongs to
and the rule that says who may have it. What everybody may read goes out through
``serve_public_attachment()``.
"""

from __future__ import annotations

import logging
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadhandler import FileUploadHandler
from django.db import models, transaction
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _

from municipalities.audit import AccessEvent, record_access
from municipalities.upload_checks import KINDS, Kind, Refused, kind_of

log = logging.getLogger("frontoffice.uploads")

MAX_FILES = 10
MAX_SIZE = 10 * 2**20  # bytes, each
MAX_TOTAL = 25 * 2**20  # bytes, in all
MAX_REQUEST = 28 * 2**20  # with the rest of the form; the proxy stops at 30 MB (deploy/Caddyfile)
LONGEST_NAME = 100  # characters
PDF_TYPE = "application/pdf"


# Names

RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=[\s._]|$)", re.IGNORECASE)
NAMELESS = "файл"


def split_name(name: str) -> tuple[str, str]:
    """Return what a sent name may be shown as, and its ending („.pdf“ or "", in small letters).

    Kept are letters of any language, digits and plain signs. Gone are the path, control and
    invisible characters (those that turn the direction of writing too), signs with a meaning for
    a shell or file system, names of devices, and dots before anything like a second ending.
    """
    last = re.split(r"[/\\]", name[-1000:])[-1]
    text = unicodedata.normalize("NFC", last)
    kept = (c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    text = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*%;$`&^{}\ufffd]', "_", "".join(kept)))
    stem, dot, ending = text.rstrip(" .").rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, ending = text, ""
    stem = re.sub(r"\.(?=[^.]*[A-Za-z])", "_", stem.strip(" .-~_"))
    stem = stem[: LONGEST_NAME - 6].strip(" .-~_") or NAMELESS
    if RESERVED.match(stem):
        stem = f"_{stem}"
    return stem, f".{ending.lower()}" if ending else ""


def clean_name(name: str, kind: Kind | None = None) -> str:
    """Return the name to keep and show; with ``kind``, it ends as that kind does."""
    stem, ending = split_name(name)
    return stem + (kind.endings[0] if kind else ending)


# Coming in


class CheckedFile(ContentFile):
    """A file that passed every check: ``name`` is clean, ``content_type`` is what it really is."""

    def __init__(self, data: bytes, name: str, content_type: str) -> None:
        super().__init__(data, name=name)
        self.content_type = content_type


class QuotaHandler(FileUploadHandler):
    """Refuses a request with too many bytes before the first of them is read."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if content_length > MAX_REQUEST:
            raise RequestDataTooBig("The request is larger than all files together may be.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # to the next handler

    def file_complete(self, file_size: int) -> None:
        return None


SIZE = _("е %(size)s, а може най-много %(limit)s.")
ENDING = _("е всъщност %(kind)s, а името му не завършва на „%(ending)s“. Преименувайте го.")


def check(file, kinds: Iterable[Kind] = KINDS, max_size: int = MAX_SIZE) -> CheckedFile:
    """Return ``file`` (as Django received it) checked, or raise ValidationError in Bulgarian.

    The message begins with the file's name, so that it is clear which of several is meant.
    """
    shown = clean_name(str(file.name or ""))
    try:
        return _checked(file, tuple(kinds), max_size)
    except Refused as refused:
        raise _about(shown, refused.message, code=refused.code, **(refused.params or {})) from None


def _about(name: str, message: Any, code: str | None, **params: Any) -> ValidationError:
    words = str(message) % params if params else str(message)
    return ValidationError("„%(name)s“ %(words)s", code=code, params={"name": name, "words": words})


def _checked(file, kinds: tuple[Kind, ...], max_size: int) -> CheckedFile:
    if file.size > max_size:
        sizes = {"size": filesizeformat(file.size), "limit": filesizeformat(max_size)}
        raise Refused(SIZE, code="size", params=sizes)
    file.seek(0)
    data = file.read(max_size + 1)
    if not data:
        raise Refused(_("е празен файл."), code="empty")
    kind = kind_of(data)
    if kind not in kinds:
        accepted = ", ".join(kind.label for kind in kinds)
        message = _("не е от видовете, които се приемат тук: %(kinds)s.")
        raise Refused(message, code="kind", params={"kinds": accepted})
    if split_name(str(file.name))[1] not in kind.endings:
        names = {"kind": kind.label, "ending": kind.endings[0]}
        raise Refused(ENDING, code="ending", params=names)
    return CheckedFile(kind.check(data), clean_name(str(file.name), kind), kind.content_type)


class UploadField(forms.FileField):
    """One file. Its cleaned value is a CheckedFile, or None where it is not required.

    ``kinds`` narrows what is taken (``upload_checks.KINDS``); ``max_size`` is in bytes.
    """

    widget = forms.FileInput
    default_error_messages = {
        "required": _("Изберете файл."),
        "invalid": _("Файлът не пристигна. Изберете го отново."),
    }

    def __init__(self, *, kinds: Iterable[Kind] = KINDS, max_size: int = MAX_SIZE, **kwargs):
        self.kinds, self.max_size = tuple(kinds), max_size
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser offer only what is taken; the check does not rely on it."""
        endings = ",".join(ending for kind in self.kinds for ending in kind.endings)
        return {**super().widget_attrs(widget), "accept": endings}

    def to_python(self, data: Any) -> Any:
        """Return the CheckedFile of what Django received."""
        if data in self.empty_values:
            return None
        if not hasattr(data, "read") or not hasattr(data, "size"):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return check(data, self.kinds, self.max_size)


class MultipleFileInput(forms.FileInput):
    """A file input in which several files can be chosen at once."""

    allow_multiple_selected = True


class MultipleUploadField(UploadField):
    """Several files. Its cleaned value is a list of CheckedFile; all that is wrong is told at once.

    ``max_total`` is in bytes.
    """

    widget = MultipleFileInput
    default_error_messages = {
        "required": _("Изберете поне един файл."),
        "count": _("Избрани са %(count)d файла, а може най-много %(limit)d."),
        "total": _("Файловете са общо %(size)s, а може най-много %(limit)s."),
    }

    def __init__(self, *, max_files: int = MAX_FILES, max_total: int = MAX_TOTAL, **kwargs):
        self.max_files, self.max_total = max_files, max_total
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> Any:
        """Return the checked files; their number and sizes are judged before any is opened."""
        files = [data] if data and not isinstance(data, list | tuple) else list(data or ())
        if len(files) > self.max_files:
            params: dict[str, Any] = {"count": len(files), "limit": self.max_files}
            raise ValidationError(self.error_messages["count"], code="count", params=params)
        total = sum(getattr(file, "size", 0) for file in files)
        if total > self.max_total:
            params = {"size": filesizeformat(total), "limit": filesizeformat(self.max_total)}
            raise ValidationError(self.error_messages["total"], code="total", params=params)
        checked, faults = [], []
        for file in files:
            try:
                checked.append(super().to_python(file))
            except ValidationError as fault:
                faults.append(fault)
        if faults:
            raise ValidationError(faults)
        return checked


# Kept


class PrivateStorage(FileSystemStorage):
    """Files in MEDIA_ROOT that only the portal's own user can read and that have no address.

    For ``FileField(storage=PrivateStorage)`` give the class itself.
    """

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> str:
        raise NotImplementedError("Uploaded files have no address: use serve_attachment().")


PATH = re.compile(r"([0-9]{1,18})/[0-9a-f]{32}")


def store(municipality: models.Model, file: CheckedFile) -> str:
    """Keep a checked file under a random name; return its path, for the row that owns it.

    The name and the content type are the caller's to keep. A transaction rolled back afterwards
    leaves the file behind, without a row that leads to it.
    """
    if not isinstance(file, CheckedFile):
        raise TypeError("Only what UploadField has checked is stored.")
    return PrivateStorage().save(f"{municipality.pk}/{uuid.uuid4().hex}", file)


@contextmanager
def stored_with_rows() -> Iterator[Callable[[models.Model, CheckedFile], str]]:
    """Open a transaction and yield a ``store`` whose files go if the transaction does."""
    paths: list[str] = []

    def keep(municipality: models.Model, file: CheckedFile) -> str:
        paths.append(store(municipality, file))
        return paths[-1]

    try:
        with transaction.atomic():
            yield keep
    except BaseException:
        for path in paths:
            discard(path)
        raise


def is_stored(path: str, data: bytes) -> bool:
    """Say whether the stored file holds exactly ``data``; not where it is gone."""
    if not PATH.fullmatch(path):
        return False
    try:
        with PrivateStorage().open(path) as file:
            return file.read() == data
    except FileNotFoundError:
        return False


def discard(path: str) -> None:
    """Delete a stored file, for the row that owned it and is no more; nothing where it is gone.

    Call it once the transaction that deleted the row has committed.
    """
    if PATH.fullmatch(path):
        PrivateStorage().delete(path)


# Going out

POLICY = "sandbox; default-src 'none'"
PUBLIC_SECONDS = 300  # for which what everybody may read is not asked for again


def serve_attachment(
    request: HttpRequest,
    path: str,
    *,
    name: str,
    content_type: str,
    subject: models.Model,
    rule: Callable[[HttpRequest, Any], bool],
    action: str = AccessEvent.Action.VIEWED,
) -> FileResponse:
    """Answer with a stored file as a download, after asking the rule and recording the access.

    ``subject`` is the saved record the file belongs to, read through its scoped manager; ``rule``
    is a sentence of ``permissions`` about the request and that record. Whoever may not, a record
    or path of another municipality, and a file that is not there are all answered by 404.
    ``name`` and ``content_type`` come from the row and are cleaned again.
    """
    municipality = getattr(request, "municipality", None)
    owner = getattr(subject, "municipality_id", None)
    if municipality is None or municipality.pk != owner:
        raise Http404
    file = _opened(request, path, subject, rule)
    try:
        record_access(request, action, subject, reason="изтеглен файл")
    except BaseException:
        file.close()
        raise
    return _download(file, name, content_type)


def serve_own_attachment(
    request: HttpRequest,
    path: str,
    *,
    name: str,
    content_type: str,
    subject: models.Model,
    rule: Callable[[HttpRequest, Any], bool],
) -> FileResponse:
    """Answer with a file to a citizen without an account, whose own ``subject`` is.

    ``rule`` asks whether this browser has opened that record with its secret. Everything else is
    as in ``serve_attachment``, except that a look at one's own papers leaves no row.
    """
    return _download(_opened(request, path, subject, rule), name, content_type)


def serve_public_attachment(
    request: HttpRequest,
    path: str,
    *,
    name: str,
    content_type: str,
    subject: models.Model,
    is_shown: bool = False,
    is_taken: Callable[[], object] | None = None,
) -> HttpResponseBase:
    """Answer with a stored file that everybody may read.

    ``subject`` is the record the file belongs to, read through its ``public`` manager: the caller
    answers 404 where that has no such record. A PDF with ``is_shown`` opens in the browser, the
    rest is a download. ``is_taken`` is called when somebody is given the file: not for its headers,
    for a later part of it, or for what the browser has already. What was asked leaves no row.
    """
    file = _opened(request, path, subject, lambda _request, _subject: True)
    etag = f'"{path.rpartition("/")[2]}"'  # the name is random and what it names never changes
    known = get_conditional_response(request, etag=etag)
    answer: HttpResponseBase
    if known is not None:
        file.close()
        answer = known
    else:
        given = _download(file, name, content_type)
        if is_shown and given["Content-Type"] == PDF_TYPE:
            _show(given)
        if is_taken is not None and _is_from_the_start(request):
            is_taken()
        answer = given
    answer["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    answer["ETag"] = etag
    return answer


def _show(answer: FileResponse) -> None:
    """Let a PDF be looked at in the browser, which opens none in a sandbox."""
    place = answer["Content-Disposition"]
    answer["Content-Disposition"] = place.replace("attachment", "inline", 1)
    del answer["Content-Security-Policy"]  # that of pages is put in its place


def _is_from_the_start(request: HttpRequest) -> bool:
    """Say whether a file is asked for and not its headers or a later part of it."""
    asked = request.headers.get("Range", "bytes=0-")
    return request.method == "GET" and asked.startswith("bytes=0-")


def _opened(
    request: HttpRequest,
    path: str,
    subject: models.Model,
    rule: Callable[[HttpRequest, Any], bool],
) -> File:
    """Return the stored file, once the record says that it is its own and the rule lets it out."""
    place = PATH.fullmatch(path)
    if (
        subject.pk is None
        or place is None
        or int(place[1]) != getattr(subject, "municipality_id", None)
        or not rule(request, subject)
    ):
        raise Http404
    try:
        return PrivateStorage().open(path)
    except FileNotFoundError:
        log.error("a stored file is missing", extra={"path": path})
        raise Http404 from None


def _download(file: File, name: str, content_type: str) -> FileResponse:
    known = {kind.content_type for kind in KINDS}
    response = FileResponse(
        file,
        as_attachment=True,
        filename=clean_name(name),
        content_type=content_type if content_type in known else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response
