"""Those who learn, in the admin: one row a person, their record, two rows made one."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import ListedChoiceField
from municipalities.admin_pages import row_page
from municipalities.models import User
from projects.admin_base import ManagedAdmin
from services_registry.models import Provider
from trainings.models import Trainee
from trainings.supervising.merging import CannotMerge, candidates, compare, merge
from trainings.supervising.record import record_of
from trainings.supervising.years import year_asked, years_known


class WhoFilter(admin.SimpleListFilter):
    """The people of providers, or those with an account of the municipality."""

    title = _("откъде е")
    parameter_name = "otkade"

    def lookups(self, request: HttpRequest, model_admin):
        return (
            ("provider", _("от доставчик")),
            ("account", _("служител с вход")),
            ("other", _("друг")),
        )

    def queryset(self, request: HttpRequest, queryset):
        if self.value() == "provider":
            return queryset.exclude(provider=None)
        if self.value() == "account":
            return queryset.filter(provider=None).exclude(user=None)
        if self.value() == "other":
            return queryset.filter(provider=None, user=None)
        return queryset


@admin.register(Trainee)
class TraineeAdmin(ManagedAdmin):
    """Those who learn: one row a person."""

    list_display = ("name", "where", "job", "appointed_on", "is_active", "own_record")
    list_filter = ("is_active", WhoFilter)
    search_fields = ("name", "organisation", "job", "email", "provider__name")
    search_help_text = _("По име, организация, длъжност или е-поща.")
    fieldsets = (
        (
            _("Човекът"),
            {
                "fields": ("user", "name", "job", "email"),
                "description": _(
                    "Един човек има един запис, каквито и обучения и супервизии да има."
                ),
            },
        ),
        (
            _("Къде работи"),
            {
                "fields": ("organisation", "provider", "appointed_on", "is_active"),
                "description": _(
                    "От датата на назначаване се брои срокът за въвеждащото обучение."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("provider")

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "user":
            colleagues = User.objects.filter(
                memberships__municipality=request.municipality
            ).distinct()
            return ListedChoiceField(
                colleagues.order_by("name", "pk"),
                label=db_field.verbose_name,
                help_text=_("Само служител с вход в портала; за друг човек напишете името."),
            )
        if db_field.name == "provider":
            return ListedChoiceField(Provider.objects.all(), label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("къде работи"), ordering="organisation")
    def where(self, trainee: Trainee) -> str:
        return trainee.provider.name if trainee.provider else trainee.organisation

    @admin.display(description=_("обучения и супервизии"))
    def own_record(self, trainee: Trainee) -> str:
        url = reverse("admin:trainings_trainee_record", args=[trainee.pk])
        return format_html(
            '<a href="{}">Запис<span class="visually-hidden"> на {}</span></a>', url, trainee.name
        )

    @row_page("zapis", "Обучения и супервизии")
    def record(self, request: HttpRequest, trainee: Trainee) -> HttpResponse:
        """What this person has learned in a year, against the norms."""
        year = year_asked(request.GET.get("godina"))
        return self.page(
            request,
            "trainings/supervising/record.html",
            trainee,
            title=f"Обучения и супервизии: {trainee}",
            record=record_of(trainee, year),
            years=years_known(year),
        )

    @row_page("slivane", "Слей с друг запис")
    def merging(self, request: HttpRequest, trainee: Trainee) -> HttpResponse:
        """Choose the other row of the same person, compare the two and make them one."""
        other = self._other(request, trainee)
        if other is None:
            return self._choose(request, trainee)
        if request.method == "POST":
            kept, gone = (
                (trainee, other) if request.POST.get("ostava") != "other" else (other, trainee)
            )
            try:
                merge(kept=kept, gone=gone)
            except CannotMerge as why:
                return self._compare(request, trainee, other, why=str(why), status=422)
            self.message_user(request, _("Двата записа вече са един."), messages.SUCCESS)
            return redirect("admin:trainings_trainee_record", kept.pk)
        return self._compare(request, trainee, other)

    def _other(self, request: HttpRequest, trainee: Trainee) -> Trainee | None:
        """Return the other row that is asked for, None for one that is not there."""
        asked = request.POST.get("drug") or request.GET.get("drug") or ""
        if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
            return None
        rows = self.get_queryset(request).exclude(pk=trainee.pk).filter(pk=int(asked))
        return rows.select_related("user", "provider").first()

    def _choose(self, request: HttpRequest, trainee: Trainee) -> HttpResponse:
        words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
        return self.page(
            request,
            "trainings/supervising/merge_choose.html",
            trainee,
            title="Сливане с друг запис",
            asked=words,
            found=candidates(trainee, words),
        )

    def _compare(
        self,
        request: HttpRequest,
        trainee: Trainee,
        other: Trainee,
        *,
        why: str = "",
        status: int = 200,
    ) -> HttpResponse:
        return self.page(
            request,
            "trainings/supervising/merge.html",
            trainee,
            title="Един човек ли са?",
            status=status,
            other=other,
            why=why,
            **compare(trainee, other),
        )
