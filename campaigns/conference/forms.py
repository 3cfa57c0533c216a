"""Forms of the conference: which badges to print, why a certificate is no longer valid."""

from __future__ import annotations

from django import forms

from campaigns.registering.models import Registration

MOST_BLANK = 80


class BadgesForm(forms.Form):
    """``?kato=&lektori=&prazni=``: for whom, whether those of the programme too, how many empty."""

    mark_optional = False
    kato = forms.ChoiceField(
        label="За кого",
        required=False,
        choices=[("", "за всички"), *Registration.Part.choices],
        error_messages={"invalid_choice": "Няма такъв вид участник."},
    )
    prazni = forms.IntegerField(
        label="Празни значки за незаписани",
        required=False,
        min_value=0,
        max_value=MOST_BLANK,
        initial=0,
        error_messages={
            "invalid": "Напишете число.",
            "min_value": "Напишете число от 0 нагоре.",
            "max_value": "Най-много %(limit_value)d празни значки.",
        },
    )
    lektori = forms.TypedChoiceField(
        label="Лекторите от програмата",
        required=False,
        choices=[("", "също"), ("ne", "без тях")],
        error_messages={"invalid_choice": "Изберете едно от двете."},
    )

    @property
    def asked(self) -> dict:
        """What ``badges_of`` takes; of a wrong form everything."""
        given = self.cleaned_data if self.is_valid() else {}
        return {
            "part": given.get("kato", ""),
            "with_speakers": not given.get("lektori"),
            "blank": given.get("prazni") or 0,
        }
