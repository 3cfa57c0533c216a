"""Forms of the desk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.finding import LONGEST_QUESTION
from frontoffice.followups.days import FIRST_YEAR, LAST_YEAR
from frontoffice.forms_capture import begun
from frontoffice.forms_people import UNKEPT, refuse_egn
from frontoffice.kept import PersonField
from frontoffice.models import LONGEST_CONSULTATION, Consultation, ConsultationTopic, Person
from frontoffice.preferences.models import KEYS_FOR_TOPICS
from frontoffice.preferences.reading import ordered_topics
from frontoffice.recording import Promise
from municipalities.models import Membership, Settlement
from services_registry.models import Service, ServiceKind

NOTE_HINTS = {
    "anonymous": _("Без имена и ЕГН: консултацията е анонимна."),
    "person": _("Само за разговора: кой е човекът, вече се знае."),
}
# Buttons that send the form only to see more of it, and what is no fact of the consultation.
ASKING = ("find", "look", "write_down")
PROMISE = ("follow_up_on", "follow_up_title")
NOT_FACTS = ("form_key", "version", "person_query", "clock", *PROMISE)
UNSAVED_PERSON = _(
    "Новото лице още не е записано. Натиснете „Запиши лицето“ или изтрийте каквото пише за него."
)


class TopicChoices(forms.CheckboxSelectMultiple):
    """Topics as buttons; the first eight carry the number key that presses them.

    Which are the first is said by ``preferences.reading.ordered_topics``.
    """

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if index < KEYS_FOR_TOPICS:
            option["attrs"]["data-key"] = str(index + 1)
        return option


class ServiceChoices(forms.SelectMultiple):
    """Services by name; each says its free places to whoever reads the option or the script."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        service = getattr(value, "instance", None)
        if service is not None and service.capacity_free is not None:
            day = f"{service.capacity_as_of:%d.%m.%Y}"
            option["label"] = f"{label} (свободни {service.capacity_free} към {day})"
        return option


class TopicField(forms.ModelMultipleChoiceField):
    """Topics in the order of the desk, which the form fills in."""

    def offer(self, topics: Iterable[ConsultationTopic]) -> None:
        """Offer ``topics`` in their order."""
        self.queryset = ConsultationTopic.objects.all()
        self.choices = [(topic.pk, topic.short_name) for topic in topics]


class ConsultationForm(forms.Form):
    """One consultation on one screen: four required answers, the rest prefilled or optional."""

    channel = forms.ChoiceField(
        label=_("Канал"),
        choices=Consultation.Channel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете как се обърна човекът.")},
    )
    topics = TopicField(
        ConsultationTopic.objects.none(),
        label=_("Тема"),
        widget=TopicChoices,
        error_messages={"required": _("Изберете поне една тема.")},
    )
    subject = forms.ChoiceField(
        label=_("За кого"),
        choices=Consultation.Subject.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете за кого е консултацията.")},
    )
    services = forms.ModelMultipleChoiceField(
        Service._base_manager.none(),
        label=_("Обсъдени услуги"),
        required=False,
        widget=ServiceChoices(attrs={"size": 5, "data-typeahead": ""}),
        error_messages={
            "invalid_choice": _("Някоя от избраните услуги вече не е публикувана."),
            "invalid_pk_value": _("Някоя от избраните услуги вече не е публикувана."),
        },
    )
    note = forms.CharField(
        label=_("Бележка"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_egn],
        help_text=NOTE_HINTS["anonymous"],
    )
    outcome = forms.ChoiceField(
        label=_("Изход"),
        choices=Consultation.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете с какво приключи разговорът.")},
    )
    # Drawn under the outcome that says so, and taken with that one only.
    missing_kind = forms.ModelChoiceField(
        ServiceKind.objects.all(),
        label=_("Каква услуга липсва"),
        required=False,
        empty_label=_("Не е посочено"),
        error_messages={"invalid_choice": _("Няма такъв вид услуга. Изберете от списъка.")},
    )
    settlement = forms.ModelChoiceField(
        Settlement.objects.none(),
        label=_("Населено място"),
        required=False,
        empty_label=_("Не е посочено"),
    )
    held_at = forms.DateTimeField(
        label=_("Кога"),
        initial=timezone.now,
        error_messages={"invalid": _("Напишете деня и часа като 21.11.2026 14:30.")},
    )
    duration_minutes = forms.IntegerField(
        label=_("Минути"),
        min_value=1,
        max_value=LONGEST_CONSULTATION,
        initial=5,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    # What follows a talk whose outcome says that something does; drawn under the outcome.
    follow_up_on = forms.DateField(
        label=_("До кога"),
        required=False,
        widget=forms.DateInput(attrs={"autocomplete": "off", "list": "follow-up-days"}),
        error_messages={"invalid": _("Напишете деня като 1.3.2026 или 01.03.2026 г.")},
    )
    follow_up_title = forms.CharField(
        label=_("Какво"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )
    # Drawn by templates/frontoffice/person_block.html; anonymous unless somebody is chosen.
    person = PersonField(
        Person._base_manager.none(),
        label=_("Лице"),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("Това лице не е намерено. Потърсете го отново.")},
    )
    person_query = forms.CharField(
        label=_("Име, ЕГН, ЛНЧ или телефон"),
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs=UNKEPT),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    # When the script began to count the minutes, by the browser's clock, or that somebody wrote
    # their own: so that the count goes on when the page comes back. Means nothing to the server.
    clock = forms.CharField(
        widget=forms.HiddenInput(attrs={"data-clock": ""}), required=False, max_length=20
    )

    def __init__(self, *args, membership: Membership, linked=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topics"].offer(ordered_topics(membership))
        self.fields["person"].queryset = Person.objects.all()
        self.fields["services"].queryset = (
            # Already discussed services stay, even if they are no longer published.
            Service.objects.filter(
                Q(status__in=Service.PUBLIC_STATUSES) | Q(pk__in=[s.pk for s in linked])
            )
            .with_latest_capacity()
            .only("name")
            .order_by("name", "pk")
        )
        self.fields["settlement"].queryset = Settlement.objects.filter(
            municipality=membership.municipality_id
        )

    def person_question(self) -> str:
        """Return what is typed into the box that finds a person."""
        question = self.data.get("person_query", "") if self.is_bound else ""
        return question[:LONGEST_QUESTION].strip()

    def asks_for_person(self) -> bool:
        """Say whether the form was sent to show more on it, and is not to be saved yet.

        By one of its buttons (find a person, write one down, show the discussed services), or
        with a question that was never answered: saving then would leave out the person somebody
        had begun to name.
        """
        if not self.is_bound:
            return False
        is_answered = self.person_question() == self.data.get("person_asked", "").strip()
        return any(button in self.data for button in ASKING) or bool(
            self.person_question() and not is_answered and not self.data.get("person")
        )

    def chosen_person(self) -> Person | None:
        """Return the person chosen in a form that was sent, though the rest may be wrong."""
        if not self.is_bound:
            return None
        try:
            return self.fields["person"].clean(self.data.get("person"))
        except ValidationError:
            return None

    def without_errors(self) -> ConsultationForm:
        """Return the form with what was typed and nothing said about it."""
        self._errors, self.cleaned_data = ErrorDict(renderer=self.renderer), {}
        return self

    def as_hinted_for(self, person: Person | None) -> ConsultationForm:
        """Return the form with the hint of its note for an anonymous talk or one with a person."""
        self.fields["note"].help_text = NOTE_HINTS["person" if person else "anonymous"]
        return self

    def clean(self) -> dict:
        """Refuse a promise without a day, and to save while a person is not yet written down."""
        cleaned = super().clean()
        if not self.data.get("person") and begun(self.data):
            self.add_error(None, UNSAVED_PERSON)
        if cleaned.get("outcome") == Consultation.Outcome.FOLLOW_UP:
            self._check_promise(cleaned)
        else:
            # Out of sight then; what stands there was meant for another outcome.
            for name in PROMISE:
                self._errors.pop(name, None)
                cleaned.pop(name, None)
        if cleaned.get("outcome") != Consultation.Outcome.UNMET:
            self._errors.pop("missing_kind", None)
            cleaned["missing_kind"] = None
        return cleaned

    def _check_promise(self, cleaned: dict) -> None:
        day = cleaned.get("follow_up_on")
        if cleaned.get("follow_up_title") and not day and "follow_up_on" not in self.errors:
            self.add_error("follow_up_on", _("Напишете до кой ден."))
        if day and day < timezone.localdate():
            self.add_error("follow_up_on", _("Този ден е минал."))
        if day and day.year > LAST_YEAR:
            self.add_error("follow_up_on", _("Този ден е твърде далеч."))

    def promise(self) -> Promise | None:
        """Return what a valid form promises after the talk, if anything."""
        day = self.cleaned_data.get("follow_up_on")
        return Promise(day, self.cleaned_data["follow_up_title"]) if day else None

    def clean_held_at(self):
        moment = self.cleaned_data["held_at"]
        if moment > timezone.now() + dt.timedelta(minutes=5):
            raise ValidationError(_("Консултацията не може да е в бъдещето."))
        if moment.year < FIRST_YEAR:
            raise ValidationError(_("Проверете годината."))
        return moment

    def facts(self) -> dict:
        """Return the cleaned answers as the verbs of ``consultations`` take them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in NOT_FACTS}
