"""What the pages of invitations share, whoever invites and to whatever: view helpers, no pages."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from municipalities import invitations
from municipalities.models import Invitation, Municipality
from municipalities.views.confirming import confirm


def invite(
    request: HttpRequest, form: forms.Form, *, municipality: Municipality, **facts
) -> Invitation | None:
    """Invite the person of a valid ``form`` and say so; None with an error on the form if not."""
    try:
        made = invitations.invite(
            municipality=municipality,
            by=request.user,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            **facts,
        )
    except invitations.InvitationError as reason:
        form.add_error("email", str(reason))
        return None
    messages.success(request, f"Поканата за {made.name} е изпратена на {made.email}.")
    return made


def found_in(pending: QuerySet[Invitation], pk: int) -> Invitation:
    """Return the invitation among ``pending``; raises Http404 for any other."""
    return get_object_or_404(pending, pk=pk)


def resend(request: HttpRequest, invitation: Invitation) -> None:
    """Send an invitation again, with a new link, and say so."""
    invitations.resend(invitation)
    messages.success(request, f"Нова връзка е изпратена на {invitation.email}. Старата не работи.")


def revoke(request: HttpRequest, invitation: Invitation, *, back: str) -> HttpResponse:
    """Take an invitation back, after asking; ends at the address ``back``."""
    if request.method == "POST":
        invitations.revoke(invitation)
        messages.success(request, f"Поканата за {invitation.name} е отменена.")
        return redirect(back)
    return confirm(
        request,
        title=f"Отмяна на поканата за {invitation.name}",
        text=f"Връзката, изпратена на {invitation.email}, няма да работи. Може да поканите отново.",
        button="Отмени поканата",
        back=back,
    )
