"""„Норми и изпълнение“: who has done how much of what, by year."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from municipalities.admin_pages import list_page
from municipalities.exports import xlsx_response
from municipalities.templatetags.portal import counted
from trainings.people import trainees_of
from trainings.supervising.fulfilment import COLUMNS, FulfilmentFilter, fulfilment, unlisted

PEOPLE_PER_PAGE = 25
MOST_ADDED = 200


class FulfilmentPages:
    """Pages of the list of norms; mixed into its admin class before the base."""

    @list_page("izpalnenie", "Норми и изпълнение")
    def fulfilment(self, request: HttpRequest) -> HttpResponse:
        """What is asked of everybody, what they have and what is missing."""
        asked = FulfilmentFilter(request.GET)
        found = fulfilment(asked)
        paginator = Paginator(found.shown, PEOPLE_PER_PAGE)
        return self.page(
            request,
            "trainings/supervising/fulfilment.html",
            title="Норми и изпълнение",
            asked=asked,
            found=found,
            chart=found.chart(),
            page_obj=paginator.get_page(request.GET.get("page")),
            unlisted=unlisted().count(),
        )

    @list_page("izpalnenie/xlsx")
    def fulfilment_xlsx(self, request: HttpRequest) -> HttpResponse:
        """Everything that the filters show, as a workbook."""
        found = fulfilment(FulfilmentFilter(request.GET))
        title = f"Норми {found.year}"
        return xlsx_response(f"normi-{found.year}", title, COLUMNS, found.rows())

    @list_page("izpalnenie/dobavyane")
    def add_colleagues(self, request: HttpRequest) -> HttpResponse:
        """Keep a record of those of the front office who have none."""
        if request.method == "POST":
            added = trainees_of(unlisted()[:MOST_ADDED], request.municipality)
            messages.success(request, f"Добавени: {counted(len(added), 'човек,души')}.")
        return redirect("admin:trainings_developmentnorm_fulfilment")
