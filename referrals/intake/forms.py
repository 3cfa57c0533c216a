"""The one screen on which an application is taken at the desk."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from frontoffice.finding import LONGEST_QUESTION
from frontoffice.forms_capture import begun
from frontoffice.forms_people import UNKEPT, NameField, PhonesField, refuse_egn
from frontoffice.kept import PersonField
from frontoffice.models import Consultation, Person
from frontoffice.models_people import EARLIEST_BIRTH_YEAR
from municipalities.forms_days import staff_day_field
from municipalities.models import Membership, Office, Settlement
from referrals.applications.models import Application, Channel
from referrals.intake.papers import choice_of, entries_of
from referrals.intake.people import offered_of
from referrals.kinds.models import (
    ApplicationKind,
    Asked,
    KindPaper,
    Nature,
    OnBehalf,
)
from referrals.kinds.reading import (
    AnswersForm,
    answers_form,
    answers_of,
    field_name,
    papers_for,
    questions_for,
)
from services_registry.models import Service

EARLIEST = dt.date(2020, 1, 1)
# Buttons that send the form only to see more of it.
ASKING = ("find", "look")
DESK_CHANNELS = (
    (Channel.ORAL, "Устно на място"),
    (Channel.PHONE, "Устно по телефона"),
    (Channel.PAPER, "На хартия"),
    (Channel.POST, "По пощата"),
    (Channel.EMAIL, "По е-поща"),
    (Channel.SSEV, "През ССЕВ"),
)
# What came before somebody wrote it down has a day of its own, from which the clock runs.
DATED = (Channel.PAPER, Channel.POST, Channel.EMAIL, Channel.SSEV)
BEHALF = (
    (OnBehalf.SELF, "Самият човек"),
    (OnBehalf.CHILD, "Родител за детето си"),
    (OnBehalf.WARD, "Настойник или попечител"),
    (OnBehalf.AUTHORISED, "Упълномощен"),
)
NO_PERSON = "Намерете лицето, за което е заявлението, или го запишете като ново."


def words_field(label: str, length: int, **options: Any) -> forms.CharField:
    """Return a field of one line that the browser does not keep and that holds no ЕГН."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=length,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
        **options,
    )


def past_day(value: dt.date | None) -> None:
    """Validator of a day on which something has happened."""
    if value and value > timezone.localdate():
        raise ValidationError("Този ден още не е дошъл.")
    if value and value < EARLIEST:
        raise ValidationError("Проверете годината.")


def kind_field(label: str, required: str) -> forms.ChoiceField:
    """Return the choice of a kind; the form that has it gives the kinds that are taken."""
    return forms.ChoiceField(
        label=label,
        widget=forms.RadioSelect,
        error_messages={
            "required": required,
            "invalid_choice": "Този вид вече не се приема. Изберете друг.",
        },
    )


def channel_field(initial: str) -> forms.ChoiceField:
    """Return the choice of how something came to the desk."""
    return forms.ChoiceField(
        label="Как постъпи",
        choices=DESK_CHANNELS,
        widget=forms.RadioSelect,
        initial=initial,
        error_messages={"required": "Изберете как постъпи."},
    )


def forget_day(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Leave out the day on which it came, right or wrong, of what came before the desk itself."""
    if cleaned.get("channel") not in DATED:
        form._errors.pop("received_on", None)
        cleaned["received_on"] = None


class OneService(forms.Select):
    """Services by name; each says its free places to whoever reads the option or the script."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        service = getattr(value, "instance", None)
        if service is not None and service.capacity_free is not None:
            day = f"{service.capacity_as_of:%d.%m.%Y}"
            label = f"{label} (свободни {service.capacity_free} към {day})"
        return super().create_option(name, value, label, selected, index, subindex, attrs)


class ServiceField(forms.ModelChoiceField):
    """A service that citizens see, with its free places; ``offer`` keeps one that no longer is."""

    def __init__(self) -> None:
        super().__init__(
            Service._base_manager.none(),
            label="Услуга",
            required=False,
            empty_label="Още не е избрана",
            widget=OneService(attrs={"data-typeahead": "", "data-none": "Няма такава услуга"}),
            error_messages={"invalid_choice": "Тази услуга не се предлага. Изберете друга."},
        )

    def offer(self, kept: Service | None = None) -> None:
        """Offer the public services of the municipality, and ``kept``."""
        public = Service.objects.filter(status__in=Service.PUBLIC_STATUSES)
        rows = public | Service.objects.filter(pk=kept.pk) if kept else public
        self.queryset = rows.with_latest_capacity().only("name").order_by("name", "pk")


class AsksForKind(AnswersForm):
    """Base of forms that ask the questions of a kind beside their own."""

    mark_optional = False  # what is needed depends on the rest; each hint says when
    kind_papers: list[KindPaper] = []

    def ask(self, kind: ApplicationKind | None, on_behalf: str) -> None:
        """Add the questions of ``kind`` for whoever applies ``on_behalf``, and offer its papers."""
        if kind:
            self.questions = tuple(questions_for(kind, on_behalf, Asked.DESK))
            self.kind_papers = papers_for(kind, on_behalf)
        self.fields.update(answers_form(self.questions, at_desk=True)().fields)

    def value_of(self, name: str) -> str:
        """Return what stands in a field of choices, if it is one of them; else its first value."""
        field = self.fields[name]
        known = [str(value) for value, _label in field.choices]
        given = self.data.get(name) if self.is_bound else self.initial.get(name, field.initial)
        if str(given or "") in known:
            return str(given)
        return str(field.initial or (known[0] if known else ""))

    def as_it_stands(self, name: str) -> Any:
        """Return what stands in a field, cleaned; None where it is wrong or not there."""
        try:
            return self.fields[name].clean(self[name].value()) if name in self.fields else None
        except ValidationError:
            return None

    def question_fields(self) -> list[forms.BoundField]:
        """Return the questions of the kind, for the template."""
        return [self[field_name(question)] for question in self.questions]

    def is_bad(self, name: str) -> bool:
        """Say whether something was already said about a field."""
        return name in self.errors

    def without_errors(self) -> Self:
        """Return the form with what was typed and nothing said about it."""
        self._errors, self.cleaned_data = ErrorDict(renderer=self.renderer), {}
        return self


class StatedForm(AsksForKind):
    """What is stated of whom and by whom, whichever way it came."""

    on_behalf = forms.ChoiceField(
        label="Кой заявява",
        choices=BEHALF,
        widget=forms.RadioSelect,
        initial=OnBehalf.SELF,
        error_messages={"required": "Изберете кой заявява."},
    )
    applicant_name = words_field("Име на заявителя", 200)
    applicant_right = words_field(
        "На какво основание", 200, help_text="Акт за раждане, пълномощно: номер и дата."
    )
    service = ServiceField()
    need = forms.CharField(
        label="От какво има нужда",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_egn],
    )
    phones = PhonesField(label="Телефони", attrs={"inputmode": "tel"})
    email = forms.EmailField(label="Е-поща", required=False, widget=forms.EmailInput(attrs=UNKEPT))
    settlement = forms.ModelChoiceField(
        Settlement.objects.none(),
        label="Населено място",
        required=False,
        empty_label="Не е посочено",
        widget=forms.Select(attrs={"data-typeahead": ""}),
    )
    address = words_field("Адрес", 200)
    reply_by = forms.ChoiceField(
        label="Как иска отговор",
        choices=Application.ReplyBy.choices,
        widget=forms.RadioSelect,
        initial=Application.ReplyBy.PHONE,
        error_messages={"required": "Изберете как да получи отговор."},
    )
    papers = forms.MultipleChoiceField(
        label="Документи",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Този документ вече не се иска. Отбележете отново."},
    )
    ssev_reference = words_field("Номер на съобщението в ССЕВ", 80)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.fields["settlement"].queryset = Settlement.objects.filter(
            municipality=membership.municipality_id
        )

    def ask_for(self, kind: ApplicationKind | None) -> None:
        """Ask what ``kind`` asks of whoever applies; papers and service only where it has them."""
        self.ask(kind, self.value_of("on_behalf"))
        self.fields["papers"].choices = [choice_of(paper) for paper in self.kind_papers]
        if not self.kind_papers:
            del self.fields["papers"]
        if kind and not kind.asks_service:
            del self.fields["service"]

    def clean_applicant_name(self) -> str:
        return " ".join(self.cleaned_data["applicant_name"].split())

    def check_need(self, cleaned: dict[str, Any]) -> None:
        """Refuse a wish that says neither which service nor what the person needs."""
        asks = "service" in self.fields
        if asks and not (cleaned.get("service") or cleaned.get("need")) and not self.is_bad("need"):
            self.add_error("need", "Изберете услуга или напишете от какво има нужда човекът.")

    def check_applicant(self, cleaned: dict[str, Any]) -> None:
        """Refuse somebody who applies for another without a name or a right."""
        if cleaned.get("on_behalf") in (OnBehalf.SELF, None):
            return
        if not cleaned.get("applicant_name") and not self.is_bad("applicant_name"):
            self.add_error("applicant_name", "Напишете името на този, който заявява.")
        if not cleaned.get("applicant_right") and not self.is_bad("applicant_right"):
            self.add_error("applicant_right", "Напишете на какво основание заявява.")

    def check_reply(self, cleaned: dict[str, Any], person: Person | None) -> None:
        """Refuse a way to answer for which nothing is known.

        ``person``, for whom it is, may have what it needs where they apply themselves.
        """
        is_own = cleaned.get("on_behalf") == OnBehalf.SELF
        ways = {
            "phone": ("phones", "Напишете телефон или изберете друг начин за отговор."),
            "email": ("email", "Напишете е-поща или изберете друг начин за отговор."),
            "post": ("address", "Напишете адрес или изберете друг начин за отговор."),
        }
        name, words = ways.get(cleaned.get("reply_by", ""), ("", ""))
        is_known = cleaned.get(name) or (is_own and getattr(person, name, ""))
        if name and not is_known and not self.is_bad(name):
            self.add_error(name, words)

    def check_reference(self, cleaned: dict[str, Any]) -> None:
        """Refuse what came through ССЕВ without the number by which it is found there."""
        if not cleaned.get("ssev_reference") and not self.is_bad("ssev_reference"):
            self.add_error("ssev_reference", "Напишете номера на съобщението в ССЕВ.")

    def answers(self) -> list[dict[str, Any]]:
        """Return what ``Application.answers`` keeps: of questions, then of papers."""
        return [*answers_of(self), *self.paper_entries()]

    def paper_entries(self) -> list[dict[str, Any]]:
        """Return the papers ticked in a valid form."""
        return entries_of(self.kind_papers, self.cleaned_data.get("papers") or ())


class FindsPerson(forms.Form):
    """The box that finds a person, drawn by ``referrals/intake/person_block.html``."""

    person = PersonField(
        Person._base_manager.none(),
        label="Лице",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Това лице не е намерено. Потърсете го отново."},
    )
    person_query = forms.CharField(
        label="Име, ЕГН, ЛНЧ, служебен номер или телефон",
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs=UNKEPT),
    )

    def person_question(self) -> str:
        """Return what is typed into the box that finds a person."""
        asked = self.data if self.is_bound else self.initial
        question = asked.get("person_query") or ""
        return question[:LONGEST_QUESTION].strip()

    def is_asking(self) -> bool:
        """Say whether the form was sent to see more on it, or with a question not yet answered."""
        if not self.is_bound:
            return False
        is_answered = self.person_question() == self.data.get("person_asked", "").strip()
        return any(button in self.data for button in ASKING) or bool(
            self.person_question() and not is_answered and not self.data.get("person")
        )

    def chosen_person(self) -> Person | None:
        """Return who is chosen in a form that was sent, though the rest may be wrong."""
        given = self.data.get("person") if self.is_bound else self.initial.get("person")
        if isinstance(given, Person):
            return given
        try:
            return self.fields["person"].clean(given)
        except ValidationError:
            return None

    @sensitive_variables()
    def wants_new_person(self) -> bool:
        """Say whether the person is the new one of the small form: chosen so, or begun."""
        if not self.is_bound or self.data.get("person"):
            return False
        return bool(("person" in self.data and self.data.get("person_asked")) or begun(self.data))

    def relative_number(self) -> int | None:
        """Return which of the offered relatives is chosen, as typed by anybody."""
        given = self.data.get("relative", "") if self.is_bound else ""
        is_number = given.isascii() and given.isdigit() and len(given) < 19
        return int(given) if is_number else None


class IntakeForm(StatedForm, FindsPerson):
    """A new application: what it is, how it came, for whom, what they want, how to answer."""

    kind = kind_field("Какво", "Изберете вида на заявлението.")
    channel = channel_field(Channel.ORAL)
    received_on = staff_day_field(
        label="Постъпило на", required=False, validators=[past_day], help_text="Празно: днес."
    )
    is_signed = forms.BooleanField(label="Подписано е от заявителя", required=False)
    office = forms.ModelChoiceField(
        Office._base_manager.none(), label="Офис", required=False, empty_label="Без офис"
    )
    consultation = forms.ModelChoiceField(
        Consultation._base_manager.none(), required=False, widget=forms.HiddenInput
    )
    from_alert = forms.ModelChoiceField(
        Application._base_manager.none(), required=False, widget=forms.HiddenInput
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, kinds: list[ApplicationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.code: kind for kind in kinds}
        self.fields["kind"].choices = [(kind.code, kind.name) for kind in kinds]
        self.fields["person"].queryset = Person.objects.all()
        self.fields["office"].queryset = Office.objects.order_by("name", "pk")
        self.fields["consultation"].queryset = Consultation.objects.all()
        self.fields["from_alert"].queryset = Application.objects.filter(nature=Nature.ALERT)
        self.fields["service"].offer()
        self.ask_for(self.kinds.get(self.value_of("kind")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        person = cleaned.get("person")
        if not person and not self.wants_new_person() and not self.is_bad("person"):
            self.add_error("person_query", NO_PERSON)
        if person:
            self._take_over(cleaned, person)
        self.check_applicant(cleaned)
        self.check_need(cleaned)
        # Not saved yet: only what is asked of a reply is looked at.
        written_now = Person(phones=self.data.get("new-phones", "").strip())
        self.check_reply(cleaned, person or written_now)
        self._check_channel(cleaned)
        return cleaned

    def _take_over(self, cleaned: dict[str, Any], person: Person) -> None:
        """Fill what was left empty from the chosen relative of ``person``."""
        number = self.relative_number()
        if number is None:
            return
        relative = next((one for one in offered_of(person) if one.pk == number), None)
        if relative is None:
            return
        if cleaned.get("on_behalf") == OnBehalf.SELF:
            cleaned["on_behalf"] = relative.on_behalf
        filled = {"applicant_name": relative.name, "applicant_right": relative.right}
        filled |= {"email": relative.email}
        for name, value in filled.items():
            cleaned[name] = cleaned.get(name) or value
        if not cleaned.get("phones") and relative.phones:
            cleaned["phones"] = self.fields["phones"].clean(relative.phones)

    def _check_channel(self, cleaned: dict[str, Any]) -> None:
        channel = cleaned.get("channel")
        if channel == Channel.SSEV:
            self.check_reference(cleaned)
        forget_day(self, cleaned)
        if channel != Channel.SSEV:
            self._errors.pop("ssev_reference", None)
            cleaned["ssev_reference"] = ""


class CorrectionForm(StatedForm):
    """What was stated, corrected while the application is open."""

    given_name = NameField(label="Име", required=False)
    middle_name = NameField(label="Бащино име", required=False)
    family_name = NameField(label="Фамилно име", required=False)
    birth_date = staff_day_field(label="Рождена дата", required=False)
    is_signed = forms.BooleanField(label="Подписано е от заявителя", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        self.fields["service"].offer(application.service)
        if application.channel != Channel.SSEV:
            del self.fields["ssev_reference"]
        else:
            del self.fields["is_signed"]
        self.ask_for(application.kind)

    def clean_birth_date(self) -> dt.date | None:
        return birth_day(self.cleaned_data["birth_date"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_applicant(cleaned)
        self.check_need(cleaned)
        self.check_reply(cleaned, self.application.person)
        if "ssev_reference" in self.fields:
            self.check_reference(cleaned)
        return cleaned


def birth_day(day: dt.date | None) -> dt.date | None:
    """Return a date on which somebody can have been born; raises ValidationError."""
    if day and not EARLIEST_BIRTH_YEAR <= day.year <= timezone.localdate().year:
        raise ValidationError("Рождената дата не е възможна.")
    return day
