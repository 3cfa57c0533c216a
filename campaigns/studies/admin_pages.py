"""The pages of a study in the admin: its questionnaire, answers, papers, tables and documents."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from campaigns.studies import answering, filing, tables
from campaigns.studies.crossed import CROSSED, CROSSED_BY, cross
from campaigns.studies.errors import StudyRefused
from campaigns.studies.forms import FileForm, OpenForm, SheetForm, TableFormSet
from campaigns.studies.models import Study, StudyFile, StudyTable
from campaigns.studies.results import answers_of, results_of
from campaigns.studies.views_questionnaire import form_of
from campaigns.studies.workbook import workbook_of
from municipalities import drawing
from municipalities.admin_pages import WithPages, row_page
from municipalities.permissions import can_manage_projects
from municipalities.templatetags.portal import counted
from municipalities.uploads import serve_attachment

OPEN_DAYS = 21
MOST_DAYS = 62  # drawn
TABLES_A_PAGE = 40
TABS = {
    "asking": ("Анкета", "campaigns/studies/admin/asking.html"),
    "answers": ("Отговори", "campaigns/studies/admin/answers.html"),
    "paper": ("От хартия", "campaigns/studies/admin/paper.html"),
    "tables": ("Отворени таблици", "campaigns/studies/admin/tables.html"),
    "documents": ("Документи", "campaigns/studies/admin/documents.html"),
}
FROZEN = (
    "Анкетата вече има отговори и въпросите не се променят: старите отговори биха били на друг"
    " въпрос. Направете копие на проучването от страницата „Анкета“ и променете въпросите там."
)


def number_in(given, name: str) -> int:
    """Return a key that was sent as ``name``; 0 where it is none."""
    sent = given.get(name, "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) <= 15 else 0


class StudyPages(WithPages):
    """Mix into the admin of studies: its own pages of one study."""

    def _to(self, name: str, study: Study, query: str = "") -> HttpResponse:
        address = reverse(f"admin:{self.page_name(name)}", args=[study.pk])
        return redirect(f"{address}?{query}" if query else address)

    def _page(self, request: HttpRequest, name: str, study: Study, **more) -> HttpResponse:
        heading, template = TABS[name]
        study.municipality = request.municipality
        context = {
            "tabs": [
                (words, reverse(f"admin:{self.page_name(tab)}", args=[study.pk]), tab == name)
                for tab, (words, _template) in TABS.items()
            ],
            "heading": heading,
            **more,
        }
        title = f"{heading}: {study.title}"
        return self.page(request, template, study, title=title, **context)

    # The questionnaire

    @row_page("anketa", "Анкета")
    def asking(self, request: HttpRequest, study: Study) -> HttpResponse:
        """Whether it is open, until when, for whom; how many answered; a copy of the study."""
        study.municipality = request.municipality
        day = study.closes_on if study.is_open else None
        day = day or timezone.localdate() + dt.timedelta(OPEN_DAYS)
        by_link = bool(study.token_hash) or not study.is_public
        form = OpenForm(initial={"until": day, "by_link": "1" if by_link else ""})
        if request.method == "POST":
            what = request.POST.get("what", "")
            if what == "close":
                answering.close(study=study)
                self.message_user(request, "Анкетата е затворена. Отговорите остават.")
                return self._to("asking", study)
            if what == "copy":
                copied = answering.copy_of(study=study)
                words = "Това е копието: скрито и без отговори. Сменете заглавието и въпросите."
                self.message_user(request, words)
                return redirect("admin:campaigns_study_change", copied.pk)
            form = OpenForm(request.POST)
            if form.is_valid() and self._opened(request, study, form):
                return self._to("asking", study)
        days = _days_of(study)
        return self._page(
            request,
            "asking",
            study,
            form=form,
            questions=study.questions.count(),
            total=sum(days.values()),
            papers=study.responses.filter(is_from_paper=True).count(),
            by_day=_by_day(days),
            is_by_link=bool(study.token_hash),
            link=answering.link_of(study) if study.is_public or study.token_hash else "",
            status=422 if form.is_bound else 200,
        )

    def _opened(self, request: HttpRequest, study: Study, form: OpenForm) -> bool:
        facts = form.cleaned_data
        try:
            answering.open_until(study=study, until=facts["until"], by_link=facts["by_link"])
        except StudyRefused as refused:
            form.add_error("until", str(refused))
            return False
        self.message_user(request, "Анкетата е отворена. Връзката е по-долу.")
        return True

    @row_page("izgled", "Как изглежда анкетата")
    def preview(self, request: HttpRequest, study: Study) -> HttpResponse:
        """The questions as people will see them; nothing is sent from here."""
        study.municipality = request.municipality
        return self.page(
            request,
            "campaigns/studies/admin/preview.html",
            study,
            title=f"Как изглежда анкетата: {study.title}",
            form=form_of(study),
        )

    # Paper

    @row_page("hartiya", "Въвеждане от хартия")
    def paper(self, request: HttpRequest, study: Study) -> HttpResponse:
        """Type in one paper after another; the last one can be taken back."""
        study.municipality = request.municipality
        form = form_of(study, is_paper=True)
        if request.method == "POST":
            if "undo" in request.POST:
                gone = answering.take_back(study=study, response=number_in(request.POST, "undo"))
                words = "Анкетата от хартия е махната." if gone else "Тази анкета вече я няма."
                self.message_user(request, words)
                return self._to("paper", study)
            form = form_of(study, request.POST, is_paper=True)
            if form.is_valid():
                try:
                    kept = answering.answer(
                        study=study,
                        form_key=form.cleaned_data["form_key"],
                        given=form.given(),
                        is_from_paper=True,
                    )
                except StudyRefused as refused:
                    form.add_error(None, str(refused))
                else:
                    return self._to("paper", study, f"posledna={kept.pk}")
        papers = study.responses.filter(is_from_paper=True)
        last = papers.filter(pk=number_in(request.GET, "posledna")).first()
        return self._page(
            request,
            "paper",
            study,
            form=form,
            papers=papers.count(),
            last=last,
            status=422 if form.is_bound else 200,
        )

    # Answers

    @row_page("otgovori", "Отговори")
    def answers(self, request: HttpRequest, study: Study) -> HttpResponse:
        """What was answered, drawn and tabled; by another question; kept as open tables."""
        answers = answers_of(study, with_words=True)
        results = results_of(study, answers=answers, with_words=True)
        questions = [result.question for result in results.questions]
        by = next((q for q in questions if q.pk == number_in(request.GET, "po")), None)
        if by and by.form not in CROSSED_BY:
            by = None
        pairs = {
            result.question.pk: cross(answers, result.question, by, study.smallest)
            for result in results.questions
            if by
        }
        if request.method == "POST":
            return self._kept(request, study, results, pairs, by)
        return self._page(
            request,
            "answers",
            study,
            results=results,
            shown=[(result, pairs.get(result.question.pk)) for result in results.questions],
            by=by,
            can_be_by=[question for question in questions if question.form in CROSSED_BY],
            can_cross=sum(question.form in CROSSED for question in questions) > 1,
        )

    def _kept(self, request: HttpRequest, study: Study, results, pairs, by) -> HttpResponse:
        what, _dash, pk = request.POST.get("keep", "").partition("-")
        key = number_in({"pk": pk}, "pk")
        result = next((one for one in results.questions if one.question.pk == key), None)
        table = None
        if what == "cross" and (crossed := pairs.get(key)) and not crossed.is_hidden:
            table = tables.keep_crossed(study, crossed)
        elif what == "result" and result is not None and result.table.rows:
            table = tables.keep_result(study, result)
        if table is None:
            words = "Тази таблица не се показва и не може да се запази."
            self.message_user(request, words, messages.ERROR)
        else:
            where = "граждани я виждат" if study.is_public else "ще се вижда, щом го публикувате"
            self.message_user(request, f"Запазена е отворена таблица „{table.title}“: {where}.")
        return self._to("answers", study, f"po={by.pk}" if by else "")

    @row_page("otgovori/xlsx")
    def answers_xlsx(self, request: HttpRequest, study: Study) -> HttpResponse:
        """The same as a workbook: the shown tables, the crossed ones, what was said in words."""
        answers = answers_of(study, with_words=True)
        results = results_of(study, answers=answers, with_words=True)
        questions = [result.question for result in results.questions]
        key = number_in(request.GET, "po")
        by = next((q for q in questions if q.pk == key and q.form in CROSSED_BY), None)
        crossed = [cross(answers, question, by, study.smallest) for question in questions if by]
        return workbook_of(study, results, [one for one in crossed if one and not one.is_hidden])

    # Open tables

    @row_page("tablitsi", "Отворени таблици")
    def tables(self, request: HttpRequest, study: Study) -> HttpResponse:
        """The tables that everybody may read: names, order, an own one from a spreadsheet."""
        listed = StudyTable.objects.filter(study=study).order_by("order", "pk")
        page = Paginator(listed, TABLES_A_PAGE).get_page(request.GET.get("page"))
        shown = listed.filter(pk__in=[row.pk for row in page])
        rows, sheet = TableFormSet(queryset=shown), SheetForm()
        if request.method == "POST" and request.POST.get("what") == "sheet":
            sheet = SheetForm(request.POST, request.FILES)
            if sheet.is_valid():
                columns, data = sheet.cleaned_data["file"]
                StudyTable.objects.create(
                    municipality_id=study.municipality_id,
                    study=study,
                    order=tables.next_order(study),
                    title=sheet.cleaned_data["title"],
                    note=sheet.cleaned_data["note"],
                    columns=columns,
                    rows=data,
                )
                self.message_user(request, f"Таблицата е качена: {counted(len(data), 'ред,реда')}.")
                return self._to("tables", study)
        elif request.method == "POST":
            rows = TableFormSet(request.POST, queryset=listed)
            if rows.is_valid():
                rows.save()
                self.message_user(request, "Таблиците са записани.")
                return self._to("tables", study)
        is_wrong = sheet.is_bound or rows.is_bound
        return self._page(
            request,
            "tables",
            study,
            rows=rows,
            page_obj=page,
            form=sheet,
            status=422 if is_wrong else 200,
        )

    # Documents

    @row_page("dokumenti", "Документи")
    def documents(self, request: HttpRequest, study: Study) -> HttpResponse:
        """The report and what belongs to it; each file is looked at for accessibility."""
        study.municipality = request.municipality
        form = FileForm()
        if request.method == "POST":
            if "remove" in request.POST:
                pk = number_in(request.POST, "remove")
                filing.remove(get_object_or_404(StudyFile, study=study, pk=pk))
                self.message_user(request, "Документът е махнат.")
                return self._to("documents", study)
            form = FileForm(request.POST, request.FILES)
            if form.is_valid():
                self._added(request, study, form)
                return self._to("documents", study)
        files = study.files.select_related("added_by").order_by("pk")
        return self._page(
            request,
            "documents",
            study,
            form=form,
            files=list(files),
            status=422 if form.is_bound else 200,
        )

    def _added(self, request: HttpRequest, study: Study, form: FileForm) -> None:
        facts = form.cleaned_data
        checks = filing.checks_of(facts["file"])
        filing.keep(
            study=study, title=facts["title"], kind=facts["kind"], file=facts["file"],
            by=request.user,
        )  # fmt: skip
        self.message_user(request, f"Документът „{facts['title']}“ е добавен.")
        for check in checks:
            if check.is_good is not True:
                level = messages.WARNING if check.is_good is False else messages.INFO
                self.message_user(request, check.words, level)

    @row_page("dokument")
    def document(self, request: HttpRequest, study: Study) -> HttpResponseBase:
        """Give a file of the study to its manager; that it was taken is kept."""
        file = get_object_or_404(StudyFile, study=study, pk=number_in(request.GET, "fayl"))
        return serve_attachment(
            request,
            file.path,
            name=file.name,
            content_type=file.content_type,
            subject=file,
            rule=lambda asked, of: can_manage_projects(asked),
        )


def _days_of(study: Study) -> dict[dt.date, int]:
    rows = study.responses.order_by("day").values_list("day").annotate(n=Count("pk"))
    return dict(rows)


def _by_day(days: dict[dt.date, int]) -> dict | None:
    """Return how many answered on each day, drawn; of a long time the last days."""
    if not days:
        return None
    last = max(days)
    first = max(min(days), last - dt.timedelta(MOST_DAYS - 1))
    points = []
    for n in range((last - first).days + 1):
        day = first + dt.timedelta(n)
        points.append(
            drawing.Point(f"{day:%d.%m.%Y} г.", days.get(day, 0), f"{day:%d.%m}", day.weekday() > 4)
        )
    return drawing.column_chart(
        "Попълнени анкети по дни",
        points,
        label_heading="Ден",
        value_heading="Анкети",
        tick_every=7,
    )
