"""Events of campaigns in the admin."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaigns.conference.admin_pages import ConferencePages
from campaigns.conference.inlines import EVENT_INLINES
from campaigns.counted import people_who_came
from campaigns.models import CampaignEvent
from campaigns.planning import changing
from campaigns.planning.forms import CancelForm, EventForm, ticked
from municipalities.admin_pages import row_page
from projects.admin_base import ManagedAdmin


class WhenFilter(admin.SimpleListFilter):
    """Coming, over, called off."""

    title = _("кога")
    parameter_name = "koga"

    def lookups(self, request: HttpRequest, model_admin):
        return (
            ("predstoyashti", _("предстоящи")),
            ("minali", _("минали")),
            ("bez-myasto", _("предстоящи без място")),
            ("otmeneni", _("отменени")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "otmeneni":
            return queryset.filter(cancelled_at__isnull=False)
        standing, now = queryset.filter(cancelled_at__isnull=True), timezone.now()
        if self.value() == "predstoyashti":
            return standing.filter(ends_at__gt=now)
        if self.value() == "bez-myasto":
            return standing.filter(ends_at__gt=now, place="")
        if self.value() == "minali":
            return standing.filter(ends_at__lte=now)
        return queryset


def state_of(event: CampaignEvent) -> tuple[str, str]:
    """Return the class of a tag and its words."""
    if event.cancelled_at:
        return "late", str(_("отменено"))
    if event.ends_at <= timezone.now():
        return "", str(_("минало"))
    return "plain", str(_("предстои"))


@admin.register(CampaignEvent)
class CampaignEventAdmin(ConferencePages, ManagedAdmin):
    """An event: what, when, where; for whom there is room; how it is told in English."""

    form = EventForm
    project_path = "campaign__project"
    inlines = EVENT_INLINES
    list_display = ("title", "when", "settlement", "kind", "state", "people", "is_public", "of")
    list_filter = (WhenFilter, "campaign", "kind", "takes_registration", "is_public")
    list_select_related = ("settlement", "campaign")
    search_fields = ("title", "place", "settlement__name", "campaign__name")
    search_help_text = _("По име, място, населено място или кампания.")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("campaign", "settlement")
    readonly_fields = ("cancelled_at", "cancelled_why")

    def view_on_site(self, row: CampaignEvent) -> str | None:
        """Lead to the page of an event that citizens see."""
        return super().view_on_site(row) if row.campaign.is_public else None

    def get_fieldsets(self, request: HttpRequest, obj=None):
        called_off = ("cancelled_at", "cancelled_why") if obj and obj.cancelled_at else ()
        return (
            (
                _("Кога и къде"),
                {
                    "fields": (
                        *called_off,
                        "campaign",
                        "title",
                        "kind",
                        "starts_at",
                        "ends_at",
                        "settlement",
                        "place",
                        "about",
                        "is_public",
                    )
                },
            ),
            (
                _("За посетителя"),
                {"fields": ("languages", "access_note", "contact")},
            ),
            (
                _("Записване и вход"),
                {
                    "fields": (
                        "takes_registration",
                        "capacity",
                        "registration_until",
                        "asks_from_abroad",
                        "is_named_at_door",
                        "forget_after_days",
                    ),
                    "description": _("Без брой места може да се запише всеки."),
                },
            ),
            (
                _("На английски"),
                {
                    "fields": ("title_en", "about_en"),
                    "description": _("За международни събития."),
                },
            ),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)  # first: it refuses who has no municipality
        return rows.annotate(came=people_who_came())

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "languages":
            return ticked(db_field, db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: CampaignEvent, form, change: bool) -> None:
        """Save; who registered and whose calendar has it learn of what changed."""
        super().save_model(request, obj, form, change)
        if change:
            changing.changed(obj, form.changed_data)

    def links_of_row(self, row: CampaignEvent) -> list[tuple[str, str]]:
        door = ("Вход: брой хора", reverse("event_door", args=[row.pk]))
        return [*super().links_of_row(row), door]

    @row_page("otmyana", "Отмени или върни", rule=lambda row: row.ends_at > timezone.now())
    def cancelling(self, request: HttpRequest, event: CampaignEvent) -> HttpResponse:
        """Call an event off with a reason, or take it up again."""
        form = CancelForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            try:
                if "restore" in request.POST:
                    changing.restore(event=event)
                    self.message_user(request, "Събитието отново се провежда.")
                elif not form.is_valid():
                    return self._cancelling(request, event, form, status=422)
                else:
                    changing.cancel(event=event, why=form.cleaned_data["why"])
                    self.message_user(
                        request, "Събитието е отменено. Остава обявено като отменено."
                    )
            except changing.EventRefused as refused:
                self.message_user(request, str(refused), messages.ERROR)
            return redirect("admin:campaigns_campaignevent_change", event.pk)
        return self._cancelling(request, event, CancelForm())

    def _cancelling(self, request, event: CampaignEvent, form, status: int = 200) -> HttpResponse:
        return self.page(
            request,
            "campaigns/admin/cancel.html",
            event,
            title="Отменено събитие" if event.cancelled_at else "Отмяна на събитие",
            form=form,
            status=status,
            is_over=event.ends_at <= timezone.now(),
            registered=event.registrations.exclude(state="cancelled").count(),
        )

    @admin.display(description=_("кога"), ordering="starts_at")
    def when(self, event: CampaignEvent) -> str:
        return f"{timezone.localtime(event.starts_at):%d.%m.%Y %H:%M}"

    @admin.display(description=_("състояние"))
    def state(self, event: CampaignEvent) -> str:
        return format_html('<span class="tag {}">{}</span>', *state_of(event))

    @admin.display(description=_("хора"), ordering="came")
    def people(self, event: CampaignEvent) -> int:
        return event.came

    @admin.display(description=_("кампания"), ordering="campaign__name")
    def of(self, event: CampaignEvent) -> str:
        return event.campaign.name
