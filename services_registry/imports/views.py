"""Pages of the import: the file, its columns, its faults or its preview, the loading, the undo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Func, IntegerField, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities.exports import CONTENT_TYPE
from municipalities.models import Settlement
from municipalities.permissions import can_manage_registry, require
from municipalities.tasks import later
from municipalities.templatetags.portal import counted, money
from services_registry.imports import loading, matching, sheets, undoing
from services_registry.imports.checking import Checked, Record, check_file
from services_registry.imports.forms import ColumnsForm, FileForm
from services_registry.imports.loading import NotNow
from services_registry.imports.models import ImportRun
from services_registry.imports.progress import is_being_loaded
from services_registry.imports.tasks import load_import
from services_registry.models import Fee, Service

PER_PAGE = 50
State = ImportRun.State
OPEN = (State.MATCHING, State.CHECKED, State.FAILED)


def _found(pk: int) -> ImportRun:
    """Return the run of the municipality in scope; raises Http404 for any other."""
    return get_object_or_404(ImportRun.objects.select_related("municipality", "by"), pk=pk)


def _listed() -> QuerySet[ImportRun]:
    """Runs without their rows, which may be megabytes each; ``faults`` is the number of faults.

    ``is_forgotten`` where there was nothing loaded yet and the rows are no longer kept.
    """
    forgotten = ExpressionWrapper(Q(state__in=OPEN, rows=[]), output_field=BooleanField())
    length = Func("problems", function="jsonb_array_length", output_field=IntegerField())
    runs = ImportRun.objects.select_related("by").defer("rows", "problems", "columns")
    return runs.annotate(faults=length, is_forgotten=forgotten).order_by("-created_at", "-pk")


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Take a file, and list the earlier ones."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            table = form.cleaned_data["table"]
            made = loading.begin(
                municipality=request.municipality,
                by=request.user,
                file_name=table.name,
                rows=table.rows,
            )
            return redirect("import_columns", made.pk)
    page = Paginator(_listed(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "services_registry/imports/imports.html",
        {"form": form, "page_obj": page},
        status=422 if form.errors else 200,
    )


@require(can_manage_registry)
@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """Give the book to fill in."""
    return _book("obrazets-uslugi", sheets.sample(request.municipality))


def _book(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which column is which field, with what is guessed already chosen."""
    found = _found(pk)
    if found.state not in OPEN or not found.has_file:
        return redirect("import_run", pk)
    of_file = matching.columns_of(found.rows)
    if request.method == "POST":
        form = ColumnsForm(request.POST, columns=of_file)
        if form.is_valid():
            try:
                loading.match(found, form.chosen())
            except NotNow as reason:
                messages.warning(request, str(reason))
            return redirect("import_run", pk)
    else:
        confirmed = {int(number): code for number, code in found.columns.items()}
        guessed = confirmed or matching.guess(of_file, matching.remembered())
        form = ColumnsForm(columns=of_file, guessed=guessed)
    return render(
        request,
        "services_registry/imports/columns.html",
        {"form": form, "run": found, "lines": form.lines()},
        status=422 if form.errors else 200,
    )


@require(can_manage_registry)
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import as it stands: faults or preview, progress, or what came of it."""
    found = _found(pk)
    is_forgotten = found.state in OPEN and not found.has_file
    if found.state == State.MATCHING and not is_forgotten:
        return redirect("import_columns", pk)
    context: dict[str, Any] = {"run": found, "is_forgotten": is_forgotten}
    if is_forgotten:
        context["kept_days"] = settings.IMPORT_FILES_KEPT_DAYS
    elif found.state == State.CHECKED:
        checked = _checked(found)
        context |= _of_faults(found, checked) if checked.problems else _of_preview(checked)
        rows: list[Any] = checked.problems or checked.records
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page_obj": page, "problems": checked.problems}
        if checked.problems:
            context["faults"] = _faults_in_words(found, page.object_list)
        else:
            context["services"] = _in_words(checked, page.object_list)
    elif found.state == State.LOADING:
        context["is_running"] = is_being_loaded(found.pk)
    elif found.state in (State.LOADED, State.UNDONE):
        services = Service.objects.filter(pk__in=found.created_services).select_related("provider")
        page = Paginator(services.order_by("pk"), PER_PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = page
    return render(request, "services_registry/imports/run.html", context)


def _checked(found: ImportRun) -> Checked:
    """Check the file against the registry as it is now, not as it was at the upload."""
    return check_file(found.municipality, found.rows, matching.chosen_of(found))


def _of_faults(found: ImportRun, checked: Checked) -> dict[str, Any]:
    rows = {problem["row"] for problem in checked.problems}
    return {"faulty_rows": len(rows), "good_rows": found.total - len(rows)}


def _of_preview(checked: Checked) -> dict[str, Any]:
    statuses = [record.fields["status"] for record in checked.records]
    return {
        "new_providers": list(checked.new_providers.values()),
        "statuses": [
            (str(label), statuses.count(value))
            for value, label in Service.Status.choices
            if value in statuses
        ],
    }


def _faults_in_words(found: ImportRun, problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each problem the cell as the spreadsheet calls it and the heading of its column."""
    titles = {column.number: column.shown for column in matching.columns_of(found.rows)}
    return [
        {
            **problem,
            "cell": f"{matching.letters_of(problem['column'])}{problem['row']}",
            "title": titles.get(problem["column"], "–"),
        }
        for problem in problems
    ]


def _in_words(checked: Checked, records: list[Record]) -> list[dict[str, Any]]:
    """Say what of each service will be kept, for the preview."""
    providers = {code: name for code, (_pk, name) in checked.providers.items()}
    new = {code: provider.name for code, provider in checked.new_providers.items()}
    ids = {record.site["settlement_id"] for record in records if record.site}
    places = Settlement.objects.in_bulk(list(ids))
    return [
        {
            "row": record.row,
            "name": record.fields["name"],
            "summary": record.fields["summary"],
            "provider": new.get(record.provider) or providers.get(record.provider, ""),
            "is_new": record.provider in new,
            "scope": Service.Scope(record.fields["scope"]).label,
            "place": str(places[record.site["settlement_id"]]) if record.site else "",
            "capacity": (
                f"{record.capacity['free']} от {record.capacity['places']}"
                if record.capacity
                else ""
            ),
            "fee": _fee_in_words(record.fee),
            "status": Service.Status(record.fields["status"]).label,
        }
        for record in records
    ]


def _fee_in_words(fee: dict[str, Any] | None) -> str:
    if not fee:
        return ""
    if fee["kind"] == Fee.Kind.FIXED and fee["amount"] is not None:
        per = f" {Fee.Per(fee['per']).label}" if fee["per"] else ""
        return f"{money(fee['amount'])}{per}"
    return str(Fee.Kind(fee["kind"]).label)


@require(can_manage_registry)
@require_safe
def faults(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the rows with faults as a book; 404 where there are none."""
    found = _found(pk)
    is_checked = found.state == State.CHECKED and found.has_file
    problems = _checked(found).problems if is_checked else []
    if not problems:
        raise Http404
    return _book(f"greshki-{found.pk}", sheets.faulty_rows(found, problems))


@require(can_manage_registry)
@require_POST
def load(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the loading, once; a second press changes nothing."""
    found = _found(pk)
    try:
        if found.state in (State.CHECKED, State.FAILED):
            found = loading.check_again(found)
    except NotNow:
        pass  # somebody else was first
    is_stuck = found.state == State.LOADING and not is_being_loaded(found.pk)
    if loading.start(found) or is_stuck:
        later(load_import, municipality=request.municipality.pk, run=found.pk)
    return redirect("import_run", pk)


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what an undo would delete and what it would leave, and do it."""
    found = _found(pk)
    if found.state != State.LOADED:
        return redirect("import_run", pk)
    if request.method == "POST":
        try:
            done = undoing.undo(found, by=request.user)
        except NotNow as reason:
            messages.warning(request, str(reason))
        else:
            messages.success(request, _words_of(done))
        return redirect("import_run", pk)
    planned = undoing.plan(found)
    page = Paginator(planned.kept, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "services_registry/imports/undo.html",
        {"run": found, "plan": planned, "page_obj": page},
    )


def _words_of(done: undoing.Undo) -> str:
    words = f"Внасянето е отменено: изтрити са {counted(len(done.services), 'услуга,услуги')}"
    if done.providers:
        words += f" и {counted(len(done.providers), 'доставчик,доставчици')}"
    if done.kept:
        words += f"; остават {counted(len(done.kept), 'услуга,услуги')}, по които е работено"
    return f"{words}."


@require(can_manage_registry)
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a file from which nothing was loaded."""
    found = _found(pk)
    gone, _models = ImportRun.objects.filter(pk=found.pk, state__in=OPEN).delete()
    if gone:
        messages.success(request, f"„{found.file_name}“ е премахнат. Нищо не беше заредено.")
        return redirect("imports")
    return redirect("import_run", pk)
