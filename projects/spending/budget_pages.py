"""Pages of a project's budget: its history by annexes, a new annex, the workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify

from municipalities.admin_pages import row_page
from municipalities.exports import workbook_response
from projects.models import Project
from projects.spending.budget import BudgetHistory, BudgetRefused, history_of, seen_as, sign_annex
from projects.spending.budget_forms import MOST_NEW_LINES, NEW_LINES, AnnexForm, activities_of
from projects.spending.importing_pages import ImportPages
from projects.spending.workbook import budget_sheets


class BudgetPages(ImportPages):
    """Mix into the admin of projects before ``ManagedAdmin``."""

    @row_page("byudzhet", "Бюджет и анекси")
    def budget(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Show every line as it was at first and after each annex, beside what is spent."""
        history = history_of(project)
        return self.page(
            request,
            "projects/spending/budget.html",
            project,
            title="Бюджет и анекси",
            history=history,
        )

    @row_page("aneks")
    def annex(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Ask for an annex and write it; sent twice it is written once."""
        history = history_of(project)
        form = self._annex_form(request, project, history)
        wants_rows = request.method == "POST" and "more" in request.POST
        status = 200
        if request.method == "POST" and not wants_rows:
            if self._signed(request, project, form):
                return redirect("admin:projects_project_budget", project.pk)
            status = 422
        return self.page(
            request,
            "projects/spending/annex.html",
            project,
            title="Нов анекс към бюджета",
            status=status,
            form=form,
            total=history.whole.planned,
            may_have_more=form.new_lines < MOST_NEW_LINES,
        )

    def _annex_form(
        self, request: HttpRequest, project: Project, history: BudgetHistory
    ) -> AnnexForm:
        """Return the form; with „more“ sent, as it was filled in with boxes for more lines."""
        sent = request.method == "POST"
        asked = request.POST.get("new_lines", "")
        count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else NEW_LINES
        more = sent and "more" in request.POST
        sources = list(project.funding.order_by("pk"))
        facts: dict[str, Any] = {
            "project": project,
            "rows": history.rows,
            "sources": sources,
            "activities": activities_of(project),
            "new_lines": count + NEW_LINES if more else count,
            "seen": seen_as(project, [row.line for row in history.rows]),
        }
        if not sent:
            return AnnexForm(**facts)
        if more:
            form = AnnexForm(**facts)
            typed = {name: request.POST[name] for name in form.fields if name in request.POST}
            form.initial.update({name: text.replace("\x00", "") for name, text in typed.items()})
            return form
        return AnnexForm(request.POST, **facts)

    def _signed(self, request: HttpRequest, project: Project, form: AnnexForm) -> bool:
        if not form.is_valid():
            return False
        cleaned = form.cleaned_data
        try:
            annex = sign_annex(
                project=project,
                annex=form.said(),
                by=request.user,  # type: ignore[arg-type]
                form_key=cleaned["form_key"],
                seen=cleaned["seen"],
                below_is_known=cleaned["below_is_known"],
            )
        except BudgetRefused as refused:
            form.take(refused)
            return False
        messages.success(request, f"Записан е {annex}")
        return True

    @row_page("byudzhet-xlsx")
    def budget_workbook(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Give the whole budget as a workbook."""
        name = slugify(project.slug)[:60]
        return workbook_response(
            f"byudzhet-{name}", f"Бюджет: {project.name}"[:250], budget_sheets(project)
        )
