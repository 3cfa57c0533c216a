"""Forms of the desk."""

from __future__ import annotations

import datetime as dt
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.finding import LONGEST_QUESTION
from frontoffice.forms_people import UNKEPT, refuse_egn
from frontoffice.models import LONGEST_CONSULTATION, Consultation, ConsultationTopic, Person
from frontoffice.preferences.models import KEYS_FOR_TOPICS
from municipalities.models import Municipality, Settlement
from services_registry.models import Service

NOTE_HINTS = {
    "anonymous": _("Без имена и ЕГН: консултацията е анонимна."),
    "person": _("Само за разговора: кой е човекът, вече се знае."),
}


class TopicChoices(forms.CheckboxSelectMultiple):
    """Topics as buttons; the first eight carry the number key that presses them."""

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
            option["label"] = f"{label} (свободни {service.capacity_free})"
        return option


class TopicField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, topic: ConsultationTopic) -> str:
        return topic.short_name


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
    # Drawn by templates/frontoffice/person_block.html; anonymous unless somebody is chosen.
    person = forms.ModelChoiceField(
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

    def __init__(self, *args, municipality: Municipality, linked=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topics"].queryset = ConsultationTopic.objects.all()
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
        self.fields["settlement"].queryset = Settlement.objects.filter(municipality=municipality)

    def person_question(self) -> str:
        """Return what is typed into the box that finds a person."""
        question = self.data.get("person_query", "") if self.is_bound else ""
        return question[:LONGEST_QUESTION].strip()

    def asks_for_person(self) -> bool:
        """Say whether the form was sent to find a person, and is not to be saved yet.

        By its button, or with a question that was never answered: saving then would leave out
        the person somebody had begun to name.
        """
        if not self.is_bound:
            return False
        is_answered = self.person_question() == self.data.get("person_asked", "").strip()
        return "find" in self.data or bool(
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

    def clean_held_at(self):
        moment = self.cleaned_data["held_at"]
        if moment > timezone.now() + dt.timedelta(minutes=5):
            raise ValidationError(_("Консултацията не може да е в бъдещето."))
        return moment

    def facts(self) -> dict:
        """Return the cleaned answers as the verbs of ``consultations`` take them."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("form_key", "version", "person_query")
        }
