"""Search and filter of the journal."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from frontoffice.models import Consultation, ConsultationTopic
from municipalities.filters import PeriodFilter
from municipalities.hours import within_days
from municipalities.models import Membership, Office, Settlement, User
from municipalities.permissions import DESK_ROLES
from services_registry.models import ServiceKind
from services_registry.text import lemma, tokenise

ALL = [("", _("Всички"))]
MOST_WORDS = 10
# Endings that inflection changes; what stays before them is looked for at the beginning of words.
_VOWELS = "аеиоуъюя"
_SHORTEST_STEM = 3


def stems(word: str) -> list[str]:
    """Return with what a word of a note begins when it is ``word`` (of ``tokenise``) inflected.

    „супата“ gives „суп“, „деца“ both „дец“ and „дет“, „болен“ also „болн“: the word and its
    headword without their last vowel, the shorter alone where one begins the other.
    """
    bare = {_without_last_vowel(form) for form in (word, lemma(word))}
    bare |= {f"{form[:-2]}н" for form in bare if form.endswith("ен") and len(form) > 4}
    return sorted(
        stem for stem in bare if not any(stem != it and stem.startswith(it) for it in bare)
    )


def _without_last_vowel(word: str) -> str:
    return word[:-1] if word[-1] in _VOWELS and len(word) > _SHORTEST_STEM else word


def note_says(question: str) -> Q:
    """Return the condition that a note holds every word of ``question``, in any inflection."""
    words = tokenise(question) or tokenise(question, keep_stop_words=True)
    if not words:
        return Q(note__icontains=question)
    condition = Q()
    for word in words[:MOST_WORDS]:
        # A word of tokenise is letters and digits only: nothing in it is a sign of the pattern.
        condition &= Q(note__iregex=rf"\m({'|'.join(stems(word))})")
    return condition


class NumberField(forms.RegexField):
    """The number of a record as addresses write it: digits, and nothing that is read as digits.

    What stands before the view asks for the same, so one cannot be told „5.0“ and the other 5.
    """

    def __init__(self, **options):
        super().__init__(r"\A[0-9]{1,40}\Z", strip=False, **options)

    def clean(self, value):
        text = super().clean(value)
        return int(text) if text else None


class JournalForm(PeriodFilter):
    """Search and filter of the journal, from the address of the page."""

    mark_optional = False
    # Those that are seen at once; the others fold, and unfold where one of them is in use.
    FIRST = ("q", "ot", "do", "tema", "kanal", "moi")

    q = forms.CharField(
        label=_("Думи в бележката"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    ot = forms.DateField(label=_("От дата"), required=False)
    do = forms.DateField(label=_("До дата"), required=False)
    tema = forms.ModelChoiceField(
        ConsultationTopic.objects.none(),
        label=_("Тема"),
        required=False,
        to_field_name="code",
        empty_label=_("Всички"),
    )
    kanal = forms.ChoiceField(
        label=_("Канал"), required=False, choices=[*ALL, *Consultation.Channel.choices]
    )
    moi = forms.BooleanField(label=_("Само моите"), required=False)
    za = forms.ChoiceField(
        label=_("За кого"), required=False, choices=[*ALL, *Consultation.Subject.choices]
    )
    izhod = forms.ChoiceField(
        label=_("Изход"), required=False, choices=[*ALL, *Consultation.Outcome.choices]
    )
    lipsva = forms.ModelChoiceField(
        ServiceKind.objects.all(),
        label=_("Каква услуга липсва"),
        required=False,
        to_field_name="code",
        empty_label=_("Всички"),
    )
    specialist = forms.ModelChoiceField(
        User.objects.none(), label=_("Специалист"), required=False, empty_label=_("Всички")
    )
    ofis = forms.ModelChoiceField(
        Office._base_manager.none(),
        label=_("Офис"),
        required=False,
        to_field_name="slug",
        empty_label=_("Всички"),
    )
    myasto = forms.ModelChoiceField(
        Settlement.objects.none(),
        label=_("Населено място"),
        required=False,
        to_field_name="ekatte",
        empty_label=_("Всички"),
    )
    lice = forms.BooleanField(label=_("Само с лице"), required=False)
    # One person: how their page leads here. Never a name.
    litse = NumberField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, request: HttpRequest, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = request.user
        self.fields["tema"].queryset = ConsultationTopic.objects.all()
        # Whoever works or worked at the desk.
        workers = Membership.objects.filter(role__in=DESK_ROLES).values("user")
        self.fields["specialist"].queryset = User.objects.filter(pk__in=workers).order_by(
            "name", "pk"
        )
        self.fields["specialist"].label_from_instance = lambda user: user.name
        self.fields["myasto"].queryset = Settlement.objects.filter(
            municipality=request.municipality
        )
        self.fields["ofis"].queryset = Office.objects.order_by("name", "pk")

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """The fields that are always seen."""
        return [self[name] for name in self.FIRST]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """The fields that fold."""
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def more_in_use(self) -> int:
        """How many of the folded fields narrow the list."""
        return sum(bool(field.data) for field in self.more_fields)

    def narrow(self, consultations):
        """Return ``consultations`` narrowed by the valid filters."""
        chosen = self.cleaned_data
        conditions = within_days("held_at", chosen.get("ot"), chosen.get("do"))
        if chosen.get("q"):
            conditions &= note_says(chosen["q"])
        for name, column in COLUMNS.items():
            if chosen.get(name):
                conditions &= Q(**{column: chosen[name]})
        if chosen.get("moi"):
            conditions &= Q(specialist=self.user)
        if chosen.get("lice"):
            conditions &= Q(person__isnull=False)
        return consultations.filter(conditions)


COLUMNS = {
    "tema": "topics",
    "kanal": "channel",
    "za": "subject",
    "izhod": "outcome",
    "lipsva": "missing_kind",
    "specialist": "specialist",
    "ofis": "office",
    "myasto": "settlement",
    "litse": "person",
}
