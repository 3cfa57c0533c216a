"""Studies in the admin: how they are made, their questions; the rest is on pages of their own."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaigns.studies import answering
from campaigns.studies.admin_pages import FROZEN, StudyPages
from campaigns.studies.forms import QuestionForm, QuestionFormSet, StudyForm
from campaigns.studies.models import Study, StudyQuestion
from municipalities.admin_forms import sized
from municipalities.admin_site import ScopedStacked
from municipalities.permissions import can_manage_projects
from projects.admin_base import ManagedAdmin
from projects.of_project import OfProject, first_words

MOST_QUESTIONS = 80


class QuestionInline(ScopedStacked):
    """Questions of a study, which are only read once somebody has answered."""

    change_rule = staticmethod(can_manage_projects)
    view_rule = staticmethod(can_manage_projects)
    model = StudyQuestion
    form = QuestionForm
    formset = QuestionFormSet
    max_num = MOST_QUESTIONS
    verbose_name_plural = _("Въпроси на анкетата")
    fields = (
        ("order", "form", "is_required"),
        "label",
        "hint",
        "choices",
        ("lowest_means", "highest_means"),
        "section",
    )

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        is_unanswered = obj is None or not getattr(obj, "answers", 0)
        return is_unanswered and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("label", "hint"):
            kwargs["widget"] = sized(70)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Study)
class StudyAdmin(StudyPages, OfProject, ManagedAdmin):
    """A study; its questionnaire, answers, tables and documents have pages of their own."""

    form = StudyForm
    of_project = ("contract",)
    list_display = ("title", "kind", "of", "asks", "answers_shown", "is_public", "published_on")
    list_filter = ("kind", "is_public", "project")
    list_select_related = ("project",)
    search_fields = ("title", "aim", "findings", "made_by")
    search_help_text = _("По заглавие, цел, изводи или изпълнител.")
    autocomplete_fields = ("project", "campaign")
    readonly_fields = ("slug", "published_on")
    inlines = (QuestionInline,)
    fieldsets = (
        (
            _("Проучването"),
            {
                "fields": ("kind", "title", "aim", "findings", "is_public", "published_on", "slug"),
                "description": _("Това виждат гражданите, когато го покажете."),
            },
        ),
        (
            _("Как е направено"),
            {
                "fields": (
                    "project", "campaign", "made_by", ("contract", "commissioned_on"), "method",
                    ("sample", "sample_size"), ("field_from", "field_to"),
                ),
                "description": _("Изпълнителят, методът и извадката се показват на гражданите."),
            },
        ),
        (
            _("Анкета"),
            {
                "fields": ("opening", ("opens_on", "closes_on"), "smallest", "shows_results"),
                "description": _("Въпросите са отдолу. Отваря се и се затваря на „Анкета“ горе."),
            },
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).annotate(answers=Count("responses"))

    def get_object(self, request: HttpRequest, object_id, from_field=None):
        """Return the study; before a change it is held, so that no answer comes meanwhile."""
        study = super().get_object(request, object_id, from_field)
        if study is not None and request.method == "POST":
            answering.lock(study)
            study.answers = study.responses.count()
        return study

    def get_fieldsets(self, request: HttpRequest, obj=None):
        """Say why the questions cannot be changed where they cannot."""
        given = super().get_fieldsets(request, obj)
        if obj is None or not obj.answers:
            return given
        name, options = given[-1]
        return (*given[:-1], (name, {**options, "description": FROZEN}))

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        """Keep the smallest count from falling below what was promised to those who answered."""
        given = super().get_readonly_fields(request, obj)
        return (*given, "smallest") if obj is not None and obj.answers else given

    def save_model(self, request: HttpRequest, obj: Study, form, change: bool) -> None:
        if obj.is_public and obj.published_on is None:
            obj.published_on = timezone.localdate()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """Say what a published study still lacks."""
        super().save_related(request, form, formsets, change)
        for words in missing_in(form.instance):
            self.message_user(request, words, messages.WARNING)

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, study: Study) -> str:
        return first_words(study.project) if study.project else ""

    @admin.display(description=_("анкета"), ordering="closes_on")
    def asks(self, study: Study) -> str:
        if study.is_open:
            day = f"{study.closes_on:%d.%m.%Y}"
            return format_html('<span class="tag">{}</span>', f"отворена до {day}")
        return "затворена" if study.answers else ""

    @admin.display(description=_("анкети"), ordering="answers")
    def answers_shown(self, study: Study) -> int:
        return study.answers


def missing_in(study: Study) -> list[str]:
    """Return in words what citizens would look for and not find; two queries."""
    said = []
    if study.opens_on and not study.questions.exists():
        said.append("Анкетата има дни, а още няма въпроси.")
    if study.is_open and not study.is_public and not study.token_hash:
        said.append("Анкетата е отворена, но никой не може да я намери: проучването е скрито.")
    if not study.is_public or study.is_open:
        return said
    if not study.method or not study.sample:
        said.append("Без метод и извадка никой не може да прецени изводите. Напишете ги.")
    if not study.findings and not study.files.exists():
        said.append("Публикувано е без изводи и без доклад. Добавете ги.")
    return said
