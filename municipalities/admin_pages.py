"""Pages of the admin beside Django's own: of one row, or of a whole list.

A method of the admin class is a page when it is marked so::

    class ProjectAdmin(WithPages, ManagedAdmin):
        @row_page("pregled", _("Проектът на една страница"))
        def overview(self, request, project):
            return self.page(request, <template>, project, title=…, …)

Its address is ``<list>/<pk>/pregled/`` (of ``list_page``: ``<list>/vnasyane/``), its name
``admin:projects_project_overview``. The row is found among those that the reader's own list has,
so another municipality's is not there. Reading asks for the right to view, sending for the right to
change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

READS = ("GET", "HEAD")


def _marked(slug: str, words: str, of_row: bool, rule: Callable | None):
    def mark(view):
        view.page_of_admin = (slug, words, of_row, rule)
        return view

    return mark


def row_page(slug: str, words: str = "", *, rule: Callable[[Any], bool] | None = None):
    """Make a method a page of one row; with ``words`` the row's form links to it.

    ``rule`` says of a row whether it is linked.
    """
    return _marked(slug, words, True, rule)


def list_page(slug: str, words: str = ""):
    """Make a method a page of the list; with ``words`` the list links to it."""
    return _marked(slug, words, False, None)


class WithPages:
    """Mix into an admin class before its base."""

    def _pages(self) -> list[tuple[str, Callable, tuple]]:
        found: list[tuple[str, Callable, tuple]] = []
        for name in dir(type(self)):
            view = getattr(type(self), name, None)
            marks = getattr(view, "page_of_admin", None)
            if view is not None and marks:
                found.append((name, view, marks))
        return sorted(found, key=lambda page: page[1].__code__.co_firstlineno)

    def page_name(self, name: str) -> str:
        """Return the name of the page's address without „admin:“."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def get_urls(self):
        own = [
            path(
                f"<int:object_id>/{slug}/" if of_row else f"{slug}/",
                self.admin_site.admin_view(self._guarded(view, of_row)),
                name=self.page_name(name),
            )
            for name, view, (slug, _words, of_row, _rule) in self._pages()
        ]
        return own + super().get_urls()

    def _guarded(self, view: Callable, of_row: bool) -> Callable:
        def guarded(request: HttpRequest, object_id: int | None = None) -> HttpResponse:
            allowed = (
                self.has_view_permission(request)
                if request.method in READS
                else self.has_change_permission(request)
            )
            if not allowed:
                raise PermissionDenied
            if not of_row:
                return view(self, request)
            row = get_object_or_404(self.get_queryset(request), pk=object_id)
            return view(self, request, row)

        return update_wrapper(guarded, view)

    def links_of_row(self, row) -> list[tuple[str, str]]:
        """Return (words, address) of the pages that the row's form leads to."""
        return [
            (str(words), reverse(f"admin:{self.page_name(name)}", args=[row.pk]))
            for name, _view, (_slug, words, of_row, rule) in self._pages()
            if of_row and words and (rule is None or rule(row))
        ]

    def links_of_list(self) -> list[tuple[str, str]]:
        """Return (words, address) of the pages that the list leads to."""
        return [
            (str(words), reverse(f"admin:{self.page_name(name)}"))
            for name, _view, (_slug, words, of_row, _rule) in self._pages()
            if not of_row and words
        ]

    def render_change_form(self, request: HttpRequest, context, *args, obj=None, **kwargs):
        context["own_links"] = self.links_of_row(obj) if obj is not None else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context=None):
        context = {"own_links": self.links_of_list(), **(extra_context or {})}
        return super().changelist_view(request, context)

    def page(
        self,
        request: HttpRequest,
        template: str,
        row=None,
        *,
        title: str,
        status: int = 200,
        **more,
    ) -> TemplateResponse:
        """Return a page in the admin's frame; ``template`` extends „admin/page.html“."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": title,
            "may_change": self.has_change_permission(request, row),
            **more,
        }
        return TemplateResponse(request, template, context, status=status)
