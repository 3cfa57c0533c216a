"""The pages of a campaign in the admin: its settlements, many events at once, reach and cost."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from campaigns.models import Campaign, CampaignSettlement
from campaigns.planning import charts, cost, settlements, sheets
from campaigns.planning.due import WORDS, reach_of
from campaigns.planning.forms import FindPlaceForm, SeriesForm, first_title
from campaigns.planning.map import draw
from municipalities.admin_pages import WithPages, row_page
from municipalities.exports import workbook_response, xlsx_response
from municipalities.models import Settlement
from municipalities.templatetags.portal import counted

PLACES = "населено място,населени места"
EVENTS = "събитие,събития"
EXPENSES_A_PAGE = 50
MOST_SENT = 1000
TABS = {
    "settlements": ("Населени места", "campaigns/admin/settlements.html"),
    "choosing": ("Избор на места", "campaigns/admin/choosing.html"),
    "series": ("Добавяне на събития", "campaigns/admin/series.html"),
    "outcome": ("Обхват и цена", "campaigns/admin/outcome.html"),
}


def keys(sent: Iterable[str]) -> list[int]:
    """Return the numbers among what was sent, at most MOST_SENT of them."""
    found = (part for one in list(sent)[:MOST_SENT] for part in one.split(",")[:MOST_SENT])
    return [int(p) for p in found if p.isascii() and p.isdecimal() and len(p) <= 15][:MOST_SENT]


class CampaignPages(WithPages):
    """Mix into the admin of campaigns: its own pages of one campaign."""

    def _to(self, name: str, campaign: Campaign, query: str = "") -> HttpResponse:
        address = reverse(f"admin:{self.page_name(name)}", args=[campaign.pk])
        return redirect(f"{address}?{query}" if query else address)

    def _page(self, request: HttpRequest, name: str, campaign: Campaign, **more) -> HttpResponse:
        heading, template = TABS[name]
        tabs = [
            (words, reverse(f"admin:{self.page_name(tab)}", args=[campaign.pk]), tab == name)
            for tab, (words, _template) in TABS.items()
        ]
        title = f"{heading}: {campaign.name}"
        return self.page(
            request, template, campaign, title=title, heading=heading, tabs=tabs, **more
        )

    # Where it goes

    @row_page("mesta", "Населени места")
    def settlements(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """The map and the table of where it has been, what is announced and what is due."""
        reach = reach_of(campaign)
        asked = request.GET.get("sastoyanie", "")
        asked = asked if asked in WORDS else ""
        shown = [place for place in reach.places if not asked or place.state == asked]
        return self._page(
            request,
            "settlements",
            campaign,
            reach=reach,
            drawn=draw(reach, request.municipality),
            shown=shown,
            asked=asked,
            states=[(state, words, n) for state, words, n in reach.counts() if n],
            wanting=sum(place.wants_event for place in reach.places),
            series_url=reverse(f"admin:{self.page_name('series')}", args=[campaign.pk]),
        )

    @row_page("mesta/xlsx")
    def settlements_xlsx(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """The same table as a workbook."""
        places = reach_of(campaign).places
        name = f"naseleni-mesta-{campaign.slug}"
        return xlsx_response(name, "Населени места", sheets.PLACES, places)

    @row_page("izbor-mesta", "Избор на населени места")
    def choosing(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """Tick the settlements that the campaign means to reach; all of them with one button."""
        own = Settlement.objects.filter(municipality=request.municipality)
        if request.method == "POST":
            self._chosen(request, campaign, own)
            return self._to("choosing", campaign, request.GET.urlencode())
        find = FindPlaceForm(request.GET)
        words = find.cleaned_data["q"].strip() if find.is_valid() else ""
        found = own.filter(name__icontains=words) if words else own
        rows = list(found.order_by("name", "ekatte"))
        plan = CampaignSettlement.objects.filter(campaign=campaign)
        planned = set(plan.values_list("settlement_id", flat=True))
        return self._page(
            request,
            "choosing",
            campaign,
            find=find,
            words=words,
            rows=[(row, row.pk in planned) for row in rows],
            shown=",".join(str(row.pk) for row in rows),
            planned=len(planned),
            total=own.count() if words else len(rows),
        )

    def _chosen(self, request: HttpRequest, campaign: Campaign, own) -> None:
        what = request.POST.get("what", "")
        shown = keys(request.POST.getlist("shown"))
        chosen = keys(request.POST.getlist("place"))
        if what in ("all", "none"):
            shown = list(own.values_list("pk", flat=True))
            chosen = shown if what == "all" else []
        came, left = settlements.choose(campaign=campaign, shown=shown, chosen=chosen)
        said = [f"Добавени: {came}."] if came else []
        said += [f"Махнати: {left}."] if left else []
        self.message_user(request, " ".join(said) or "Планът остава същият.")

    # Many events at once

    @row_page("novi-sabitiya", "Добавяне на събития")
    def series(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """Events for several settlements: filled in and looked at first, then made.

        All that is filled in stands in the address, so what is made is what was shown.
        """
        places = self._places(request, campaign)
        is_filled = "first_day" in request.GET
        form = SeriesForm(request.GET if is_filled else None, initial=self._first(campaign))
        is_good = is_filled and form.is_valid()
        events = []
        if is_good and places:
            centre = request.municipality.centre_ekatte
            places = settlements.in_order(places, form.cleaned_data["how"], centre)
            events = settlements.events_of(campaign, places, form.series())
        if request.method == "POST" and events:
            made, there = settlements.make_events(
                campaign=campaign, settlements=places, series=form.series()
            )
            said = f"Добавени: {counted(made, EVENTS)}."
            self.message_user(request, said + (f" Вече ги имаше: {there}." if there else ""))
            return self._to("settlements", campaign)
        if request.method == "POST":
            self.message_user(request, "Попълнете първо кога са събитията.", messages.ERROR)
            return self._to("series", campaign, request.GET.urlencode())
        return self._page(
            request,
            "series",
            campaign,
            form=form,
            places=places,
            events=events,
            status=422 if is_filled and not is_good else 200,
        )

    def _first(self, campaign: Campaign) -> dict:
        return {"title": first_title(campaign), "first_day": campaign.starts_on}

    def _places(self, request: HttpRequest, campaign: Campaign) -> list[Settlement]:
        """Return the settlements asked for; with „koi=red“ all that want an event."""
        if request.GET.get("koi") == "red":
            asked = [p.settlement.pk for p in reach_of(campaign).places if p.wants_event]
        else:
            asked = keys(request.GET.getlist("mesto"))
        rows = Settlement.objects.filter(municipality=request.municipality, pk__in=asked)
        return list(rows.order_by("name", "ekatte")[: settlements.MOST_EVENTS])

    # What it came to

    @row_page("obhvat", "Обхват и цена")
    def outcome(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """People by group, materials, publications, downloads, expenses, cost per person."""
        if request.method == "POST":
            came, left = cost.tie(
                campaign=campaign,
                shown=keys(request.POST.getlist("shown")),
                chosen=keys(request.POST.getlist("expense")),
            )
            said = f"Разходите са записани: добавени {came}, махнати {left}."
            self.message_user(request, said if came or left else "Разходите остават същите.")
            return self._to("outcome", campaign, _page_of(request.GET))
        outcome = cost.outcome_of(campaign)
        page = Paginator(cost.candidates(campaign), EXPENSES_A_PAGE).get_page(
            request.GET.get("page")
        )
        tied = {expense.pk for expense in outcome.expenses}
        return self._page(
            request,
            "outcome",
            campaign,
            outcome=outcome,
            page_obj=page,
            shown=",".join(str(expense.pk) for expense in page),
            tied=tied,
            charts=charts.charts_of(outcome),
        )

    @row_page("obhvat/xlsx")
    def outcome_xlsx(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """The same as a workbook, a sheet a subject."""
        name = f"obhvat-{campaign.slug}"
        book = sheets.outcome_sheets(campaign, cost.outcome_of(campaign))
        return workbook_response(name, f"Обхват и цена: {campaign.name}"[:200], book)


def _page_of(given: QueryDict) -> str:
    number = given.get("page", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 6
    return urlencode({"page": number}) if is_number else ""
