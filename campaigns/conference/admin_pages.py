"""The pages of an event about its people: badges to print, certificates of those who came."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from campaigns.conference import badges, certificates, tasks
from campaigns.conference.errors import ConferenceRefused
from campaigns.conference.forms import BadgesForm
from campaigns.conference.models import AttendanceCertificate
from campaigns.models import CampaignEvent
from campaigns.registering.models import Registration
from municipalities.admin_pages import WithPages, row_page
from municipalities.audit import AccessEvent, record_access
from municipalities.tasks import later
from municipalities.templatetags.portal import counted
from municipalities.typeset import pdf_response

PEOPLE_A_PAGE = 100
CERTIFICATES = "удостоверение,удостоверения"


class ConferencePages(WithPages):
    """Mix into the admin of events."""

    @row_page("znachki", "Значки", rule=lambda event: event.takes_registration)
    def badges(self, request: HttpRequest, event: CampaignEvent) -> HttpResponse:
        """Choose for whom, see how many they are, print them."""
        form = BadgesForm(request.GET or None)
        made = badges.badges_of(event, **form.asked)
        chosen = {name: request.GET.get(name, "") for name in form.fields if name in request.GET}
        pdf = reverse(f"admin:{self.page_name('badges_pdf')}", args=[event.pk])
        return self.page(
            request,
            "campaigns/conference/admin/badges.html",
            event,
            title=f"Значки: {event.title}",
            heading="Значки",
            form=form,
            count=len(made),
            sheets=-(-len(made) // 8),
            link=f"{pdf}?{urlencode(chosen)}" if chosen else pdf,
            status=422 if form.is_bound and not form.is_valid() else 200,
        )

    @row_page("znachki-pdf")
    def badges_pdf(self, request: HttpRequest, event: CampaignEvent) -> HttpResponse:
        """The sheets of badges; that names were taken out of the portal is kept."""
        event = _with_project(event)
        made = badges.badges_of(event, **BadgesForm(request.GET).asked)
        if not made:
            self.message_user(request, "Няма на кого да се отпечата значка.", messages.WARNING)
            return redirect(f"admin:{self.page_name('badges')}", event.pk)
        record_access(
            request, AccessEvent.Action.PRINTED, Registration, reason="значки", rows=len(made)
        )
        return pdf_response(badges.sheets(event, made), f"znachki-{event.pk}.pdf")

    @row_page("udostovereniya", "Удостоверения за участие", rule=lambda e: e.is_named_at_door)
    def certificates(self, request: HttpRequest, event: CampaignEvent) -> HttpResponse:
        """Who came and has a certificate; issuing all of them at once."""
        if request.method == "POST":
            try:
                self.message_user(request, _issued(event, request))
            except ConferenceRefused as refused:
                self.message_user(request, str(refused), messages.ERROR)
            return redirect(f"admin:{self.page_name('certificates')}", event.pk)
        came = certificates.who_came(event)
        issued = AttendanceCertificate.objects.filter(registration__event=event).count()
        left = came.filter(certificate__isnull=True).count()
        is_running = bool(left) and certificates.is_being_issued(event)
        # While they are made the page is asked for again and again, and names nobody.
        page = Paginator(came, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
        rows = [] if is_running else list(page)
        if rows:
            record_access(
                request, AccessEvent.Action.VIEWED, Registration, reason="дошли", rows=len(rows)
            )
        return self.page(
            request,
            "campaigns/conference/admin/certificates.html",
            event,
            title=f"Удостоверения за участие: {event.title}",
            heading="Удостоверения за участие",
            rows=[(row, getattr(row, "certificate", None)) for row in rows],
            issued=issued,
            left=left,
            total=issued + left,
            is_running=is_running,
            page_obj=page,
            why_not=_why_not(event),
        )

    @row_page("udostoverenie-proekt")
    def certificate_draft(self, request: HttpRequest, event: CampaignEvent) -> HttpResponse:
        """The certificate as it would be, with „ПРОЕКТ“ across it."""
        pdf = certificates.preview(_with_project(event))
        return pdf_response(pdf, "udostoverenie-proekt.pdf")


def _with_project(event: CampaignEvent) -> CampaignEvent:
    """Return the event with its campaign's project and its municipality, in one query."""
    rows = CampaignEvent.objects.select_related(
        "campaign__project__programme", "municipality", "settlement"
    )
    return rows.get(pk=event.pk)


def _why_not(event: CampaignEvent) -> str:
    try:
        certificates.refuse_early(event)
    except ConferenceRefused as refused:
        return str(refused)
    return ""


def _issued(event: CampaignEvent, request: HttpRequest) -> str:
    certificates.refuse_early(event)
    if certificates.is_being_issued(event):
        return "Удостоверенията вече се изготвят."
    left = certificates.entitled(event)
    if not left:
        raise ConferenceRefused("Всички, които са отбелязани като дошли, вече имат удостоверение.")
    later(
        tasks.issue_attendance_certificates,
        municipality=event.municipality_id,
        event=event.pk,
        by=request.user.pk,
    )
    return f"Изготвят се {counted(len(left), CERTIFICATES)}."
