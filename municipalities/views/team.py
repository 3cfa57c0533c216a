"""The people of a municipality: who works here, invitations, roles, offices."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from municipalities import invitations, team
from municipalities.forms_team import InvitationForm, PeopleFilter, RoleForm
from municipalities.models import Invitation, Membership, Office, User
from municipalities.permissions import can_manage_people, can_see_team, require
from municipalities.sessions import end_sessions
from municipalities.views import invited
from municipalities.views.confirming import confirm

PER_PAGE = 50
OWN_ROLE = "Собствената си роля не променяте вие: това прави друг администратор на общината."


def _within(request: HttpRequest) -> Q | None:
    """Return which memberships the person may see: all, or those of the head's office."""
    return None if can_manage_people(request) else team.office_of(request.membership)


@require(can_see_team)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who works here, with what role, and when they last signed in."""
    form = PeopleFilter(request.GET)
    form.is_valid()
    found = team.people(**form.conditions(), within=_within(request)).order_by("name", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for found_person in page.object_list:
        current = [role for role in found_person.roles_here if not role.ended_at]
        found_person.titles_here = ", ".join(str(role.get_role_display()) for role in current)
        offices_here = {role.office.name for role in current if role.office}
        found_person.offices_here = ", ".join(sorted(offices_here))
    may_manage = can_manage_people(request)
    return render(
        request,
        "municipalities/team/people.html",
        {
            "form": form,
            "page_obj": page,
            "may_manage": may_manage,
            "waiting": _pending().count() if may_manage else 0,
        },
    )


def _find(request: HttpRequest, pk: int) -> User:
    """Return a person of the municipality; one of another is missing like one that never was."""
    return get_object_or_404(team.people(state="all", within=_within(request)), pk=pk)


@require(can_see_team)
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: their roles now and before, and what can be done."""
    found = _find(request, pk)
    return render(
        request,
        "municipalities/team/person.html",
        {
            "person": found,
            "may_change": can_manage_people(request) and found.pk != request.user.pk,
            "is_self": found.pk == request.user.pk,
        },
    )


def _may_change(request: HttpRequest, person: User) -> bool:
    """Say whether the administrator may change the person's roles; tell them where not."""
    if person.pk != request.user.pk:
        return True
    messages.error(request, OWN_ROLE)
    return False


# Roles


@require(can_manage_people)
@require_http_methods(["GET", "HEAD", "POST"])
def add_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person of the municipality one role more, or one again."""
    person = _find(request, pk)
    if not _may_change(request, person):
        return redirect("team_person", person.pk)
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if team.has_role(person.email, form.cleaned_data["role"]):
            form.add_error("role", "Човекът вече има тази роля.")
        else:
            try:
                team.grant(person, municipality=request.municipality, **form.facts())
            except team.TeamError as reason:
                form.add_error("role", str(reason))
            else:
                messages.success(request, "Ролята е дадена.")
                return redirect("team_person", person.pk)
    return _role_page(request, form, person, title="Още една роля", membership=None)


def _membership(pk: int) -> Membership:
    return get_object_or_404(Membership.objects.current().select_related("user", "office"), pk=pk)


@require(can_manage_people)
@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a role, its office or the job title."""
    membership = _membership(pk)
    person = membership.user
    if not _may_change(request, person):
        return redirect("team_person", person.pk)
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        initial={
            "role": membership.role,
            "office": membership.office_id,
            "job_title": membership.job_title,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            team.change(membership, **form.facts())
        except team.TeamError as reason:
            form.add_error("role", str(reason))
        else:
            messages.success(request, "Промените са записани.")
            return redirect("team_person", person.pk)
    return _role_page(request, form, person, title="Промяна на роля", membership=membership)


def _role_page(request: HttpRequest, form, person: User, *, title: str, membership) -> HttpResponse:
    return render(
        request,
        "municipalities/team/role.html",
        {"form": form, "person": person, "title": title, "role_membership": membership},
        status=422 if form.errors else 200,
    )


@require(can_manage_people)
@require_http_methods(["GET", "HEAD", "POST"])
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End one role, after asking."""
    membership = _membership(pk)
    person = membership.user
    if not _may_change(request, person):
        return redirect("team_person", person.pk)
    if request.method == "POST":
        team.end(membership)
        if not Membership.objects.current().filter(user=person).exists():
            end_sessions(person)
        messages.success(request, f"Ролята „{membership.get_role_display()}“ е прекратена.")
        return redirect("team_person", person.pk)
    return confirm(
        request,
        title=f"Прекратяване на роля: {membership.get_role_display()}",
        text=f"{person.name} вече няма да работи в тази роля. Записаното дотук остава.",
        button="Прекрати ролята",
        back=reverse("team_person", args=[person.pk]),
    )


@require(can_manage_people)
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """End all roles of a person here and sign them out everywhere, after asking."""
    person = _find(request, pk)
    if not _may_change(request, person):
        return redirect("team_person", person.pk)
    if request.method == "POST":
        team.end_all(person)
        messages.success(request, f"Достъпът на {person.name} е прекратен.")
        return redirect("team_person", person.pk)
    return confirm(
        request,
        title=f"Прекратяване на достъпа: {person.name}",
        text=(
            "Всички роли в общината се прекратяват и човекът излиза от портала на всяко "
            "устройство. Записаното от него остава. По-късно роля може да се даде отново."
        ),
        button="Прекрати достъпа",
        back=reverse("team_person", args=[person.pk]),
    )


# Invitations


def _pending():
    return Invitation.objects.pending().filter(kind=invitations.STAFF)


@require(can_manage_people)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a role in the municipality."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        here = request.municipality
        if invited.invite(request, form, municipality=here, **form.facts()):
            return redirect("team_invitations")
    return render(
        request,
        "municipalities/team/invite.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require(can_manage_people)
@require_safe
def pending(request: HttpRequest) -> HttpResponse:
    """Invitations that nobody has accepted yet."""
    rows = _pending().select_related("office", "invited_by").order_by("-created_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "municipalities/team/invitations.html", {"page_obj": page})


@require(can_manage_people)
@require_http_methods(["POST"])
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invited.resend(request, invited.found_in(_pending(), pk))
    return redirect("team_invitations")


@require(can_manage_people)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back, after asking."""
    invitation = invited.found_in(_pending(), pk)
    return invited.revoke(request, invitation, back=reverse("team_invitations"))


# Offices


@require(can_manage_people)
@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """The offices and how many people work in each; they are edited in the admin."""
    working = Membership.objects.current().filter(office__isnull=False)
    counts = dict(
        working.values("office").annotate(n=Count("user", distinct=True)).values_list("office", "n")
    )
    rows = Office.objects.select_related("settlement").order_by("name", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "municipalities/team/offices.html",
        {"page_obj": page, "rows": [(office, counts.get(office.pk, 0)) for office in page]},
    )
