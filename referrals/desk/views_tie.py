"""Whose an application is: found before written down, and what it already says carried over."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.finding import Likeness, find_people, likely_duplicates
from frontoffice.forms_capture import QuickPersonForm
from frontoffice.forms_people import FindForm
from frontoffice.kept import PersonField
from frontoffice.models_people import Person
from frontoffice.views.capture_people import CHOICES_SHOWN, write_down
from municipalities.permissions import require
from referrals.applications import handling
from referrals.applications.models import Application
from referrals.applications.models_parts import ApplicationEvent
from referrals.desk.changed import changes_since
from referrals.desk.forms import StepForm
from referrals.desk.opening import opens_application
from referrals.permissions import can_see_applications, can_work_on
from referrals.workflow import ApplicationChanged, StepRefused, may

TYPED = ("q", "new-names", "new-phones", "new-identifier")


class TieForm(StepForm):
    """Which of the people offered it is."""

    person = PersonField(
        Person._base_manager.none(),
        error_messages={
            "required": "Изберете лице или го запишете.",
            "invalid_choice": "Това лице не е намерено.",
            "invalid_pk_value": "Това лице не е намерено.",
        },
    )

    def prepare(self) -> None:
        self.fields["person"].queryset = Person.objects.all()


class CarriedPersonForm(QuickPersonForm):
    """A new person in three fields; the rest comes from the application."""

    def __init__(self, *args, application: Application, **kwargs):
        self.application = application
        # The same application makes the same person, however often the form is sent.
        key = uuid.uuid5(application.form_key, "person")
        initial = {
            "names": application.full_name,
            "phones": "" if application.applicant_name else ", ".join(application.phone_list),
            "form_key": key,
        }
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        if "identifier" in cleaned and "names" in cleaned and "phones" in cleaned:
            told, said = super().facts()["birth_date"], self.application.birth_date
            if told and said and told != said:
                self.add_error(
                    "identifier",
                    f"ЕГН казва друга рождена дата. В заявлението е {said:%d.%m.%Y} г.",
                )
        return cleaned

    @sensitive_variables()
    def facts(self) -> dict:
        """Return what was typed, with what the application knows of the person themselves."""
        facts, from_it = super().facts(), self.application
        facts["birth_date"] = facts["birth_date"] or from_it.birth_date
        facts["settlement"], facts["address"] = from_it.settlement, from_it.address
        if not from_it.applicant_name:  # else the mail is of who applies
            facts["email"] = from_it.email
        return facts


@require(can_see_applications)
@sensitive_post_parameters(*TYPED)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_application
def tie(request: HttpRequest, application: Application) -> HttpResponse:
    """Choose among likely people, look for another, or write one down."""
    if not can_work_on(request, application):
        raise PermissionDenied
    if not may(application, "tie"):
        messages.error(request, "По приключено заявление лицето не се сменя.")
        return redirect("application", application.pk)
    if request.method != "POST":
        return _page(request, application)
    if "find" in request.POST:
        return _found(request, application)
    if "write_down" in request.POST:
        return _written_down(request, application)
    form = TieForm(request.POST, application=application)
    if not form.is_valid():
        return _page(request, application, form=form, status=422)
    return _tied(request, application, form, form.cleaned_data["person"])


@sensitive_variables()
def _found(request: HttpRequest, application: Application) -> HttpResponse:
    find = FindForm(request.POST)
    if not find.is_valid():
        return _page(request, application, find=find, status=422)
    found = find_people(find.cleaned_data["q"], request.municipality).people
    return _page(request, application, find=find, found=found)


@sensitive_variables()
def _written_down(request: HttpRequest, application: Application) -> HttpResponse:
    written = write_down(request, CarriedPersonForm(request.POST, application=application))
    if written.person is None:
        likenesses = written.likenesses or None
        return _page(request, application, new=written.form, likenesses=likenesses, status=422)
    form = TieForm(request.POST, application=application)
    form.is_valid()
    return _tied(request, application, form, written.person)


@sensitive_variables()
def _tied(
    request: HttpRequest, application: Application, form: TieForm, person: Person
) -> HttpResponse:
    version = form.cleaned_data.get("version") or 0
    try:
        handling.tie(
            application=application, by=request.membership.user, person=person, version=version
        )
    except ApplicationChanged as changed:
        current, made = changed.current, ApplicationEvent.Kind.TIED
        if not (
            current.person_id == person.pk
            and handling.was_made_just_now(current, made, request.membership.user)
        ):
            fresh = TieForm(request.POST.copy(), application=current)
            fresh.is_valid()
            fresh.add_error(None, "Колега е променил заявлението. Вижте и изберете отново.")
            return _page(
                request, current, form=fresh, found=[person], status=422,
                changed=changes_since(current, version),
            )  # fmt: skip
    except StepRefused as refused:
        messages.error(request, str(refused))
        return redirect("application", application.pk)
    messages.success(request, "Заявлението е свързано с лицето.")
    return redirect("application", application.pk)


@sensitive_variables()
def _likely(application: Application) -> list[Likeness]:
    names = (application.given_name, application.middle_name, application.family_name)
    if not any(names) and not application.phones:
        return []
    return likely_duplicates(
        names=names, birth_date=application.birth_date, phones=application.phones
    )


@sensitive_variables()
def _page(
    request: HttpRequest,
    application: Application,
    *,
    form: forms.Form | None = None,
    find: FindForm | None = None,
    found: list[Person] | None = None,
    new: QuickPersonForm | None = None,
    likenesses: list[Likeness] | None = None,
    changed=(),
    status: int = 200,
) -> HttpResponse:
    offered = likenesses if likenesses is not None else _likely(application)
    known = {one.person.pk for one in offered}
    others = [person for person in found or () if person.pk not in known]
    return render(
        request,
        "referrals/desk/tie.html",
        {
            "application": application,
            "form": form or TieForm(application=application),
            "find": find or FindForm(),
            "offered": offered,
            "others": others[:CHOICES_SHOWN],
            "has_more": len(others) > CHOICES_SHOWN,
            "was_asked": found is not None and not changed,
            "new": new or CarriedPersonForm(application=application),
            "is_advice": likenesses is not None,
            "changed": changed,
            "version": application.version,
        },
        status=status,
    )
