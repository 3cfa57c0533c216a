"""Settings of the desk: for the head and the administrator; one's own templates for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.models import ConsultationTopic, DeskTopic, NoteTemplate
from frontoffice.preferences.forms import PolicyForm, TemplateForm, TopicsForm
from frontoffice.preferences.models import KEYS_FOR_TOPICS
from frontoffice.preferences.reading import ordered_topics, policy_of
from frontoffice.preferences.setting import (
    WordTaken,
    save_template,
    set_policy,
    set_topics,
    templates_kept_by,
    topics_by_use,
)
from municipalities.models import Office
from municipalities.permissions import can_open_desk_settings, can_set_desk, can_use_desk, require
from municipalities.views.confirming import confirm

TEMPLATES_PER_PAGE = 25


@require(can_open_desk_settings)
@require_safe
def desk_settings(request: HttpRequest) -> HttpResponse:
    """What the desk is set to, and the templates that one may change."""
    shown: dict[str, Any] = {"topics": [], "page_obj": None, "policy": None}
    if can_use_desk(request):
        shown["topics"] = ordered_topics(request.membership)[:KEYS_FOR_TOPICS]
        templates = templates_kept_by(request.user, with_the_desks=can_set_desk(request))
        pages = Paginator(templates.select_related("owner"), TEMPLATES_PER_PAGE)
        shown["page_obj"] = pages.get_page(request.GET.get("page"))
    if can_set_desk(request):
        shown["policy"] = policy_of(request.municipality)
    return render(request, "frontoffice/preferences/settings.html", shown)


@require(can_set_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_topics(request: HttpRequest) -> HttpResponse:
    """Topics on the number keys: of all offices, or of the one that ``ofis`` names."""
    offices = list(Office.objects.order_by("name", "pk"))
    office = _office(request)
    form = TopicsForm(
        request.POST if request.method == "POST" else None, initial=_on_keys(request, office)
    )
    if request.method == "POST" and form.is_valid():
        set_topics(municipality=request.municipality, office=office, topics=form.topics())
        messages.success(request, "Темите на клавишите са записани.")
        return redirect("desk_settings")
    return render(
        request,
        "frontoffice/preferences/topics.html",
        {"form": form, "office": office, "offices": offices},
        status=422 if form.errors else 200,
    )


def _office(request: HttpRequest) -> Office | None:
    asked = request.GET.get("ofis", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        raise Http404
    return get_object_or_404(Office.objects, pk=int(asked))


def _on_keys(request: HttpRequest, office: Office | None) -> dict[str, ConsultationTopic]:
    """Return what stands on the keys now; with ``po=upotreba``, what people ask about most."""
    if request.GET.get("po") == "upotreba":
        topics = topics_by_use(office)
    else:
        rows = DeskTopic.objects.filter(office=office).select_related("topic")
        topics = [row.topic for row in rows]
    if not topics:
        topics = list(ConsultationTopic.objects.all()[:KEYS_FOR_TOPICS])
    return {f"key_{key}": topic for key, topic in enumerate(topics, start=1)}


@require(can_use_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def new_template(request: HttpRequest) -> HttpResponse:
    """A new template of notes."""
    return _template_page(request, None)


@require(can_use_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own template, or one of the desk's where that may be."""
    return _template_page(request, _template(request, pk))


def _template(request: HttpRequest, pk: int) -> NoteTemplate:
    kept = templates_kept_by(request.user, with_the_desks=can_set_desk(request))
    return get_object_or_404(kept, pk=pk)


def _template_page(request: HttpRequest, template: NoteTemplate | None) -> HttpResponse:
    form = TemplateForm(
        request.POST if request.method == "POST" else None,
        may_set_desk=can_set_desk(request),
        initial={
            "word": template.word,
            "text": template.text,
            "for_all": template.owner_id is None,
        }
        if template
        else {},
    )
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data
        try:
            save_template(
                membership=request.membership,
                template=template,
                word=written["word"],
                text=written["text"],
                for_all=written.get("for_all", False),
            )
        except WordTaken:
            form.add_error("word", "Вече има шаблон с тази дума.")
        else:
            messages.success(request, "Шаблонът е записан.")
            return redirect("desk_settings")
    return render(
        request,
        "frontoffice/preferences/template.html",
        {"form": form, "template": template},
        status=422 if form.errors else 200,
    )


@require(can_use_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a template away; the notes that it wrote stay."""
    template = _template(request, pk)
    if request.method != "POST":
        return confirm(
            request,
            title=f"Изтриване на шаблона „{template.word}“",
            text="Бележките, в които е влязъл, остават както са.",
            button="Изтрий шаблона",
            back=reverse("desk_settings"),
        )
    template.delete()
    messages.success(request, "Шаблонът е изтрит.")
    return redirect("desk_settings")


@require(can_set_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_policy(request: HttpRequest) -> HttpResponse:
    """When opening a person asks for a reason, and from what count on numbers are shown."""
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        instance=policy_of(request.municipality),
    )
    if request.method == "POST" and form.is_valid():
        set_policy(municipality=request.municipality, **form.cleaned_data)
        messages.success(request, "Правилата са записани.")
        return redirect("desk_settings")
    return render(
        request,
        "frontoffice/preferences/policy.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
