"""Forms of kinds of application in the admin: no programmer is needed to ask one question more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.admin_forms import PartFormSet, TenantForm
from municipalities.norms.forms_admin import VerifiedForm, check_year, known_norms, own_code
from municipalities.numbering import OUTGOING
from referrals.applications.models import Application
from referrals.applications.models_parts import Attachment
from referrals.kinds.models import (
    KindPaper,
    KindQuestion,
    Nature,
    OnBehalf,
    PrivacyNotice,
)
from services_registry.forms import LinesField

LONGEST_CHOICE, MOST_CHOICES = 120, 30
WITH_CHOICES = {KindQuestion.Form.ONE, KindQuestion.Form.SEVERAL}
NO_NORM = ("", gettext_lazy("без срок"))


class KindForm(VerifiedForm):
    """A kind of application; its norm is one of the municipality's."""

    norm_code = forms.ChoiceField(
        label=gettext_lazy("Срок"),
        required=False,
        help_text=gettext_lazy("Сроковете са в „Правни норми“. Без стойност там срок не тече."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "norm_code" not in self.fields:  # whoever may only read has no fields
            return
        known, chosen = known_norms(), self.instance.norm_code
        if chosen and chosen not in dict(known):
            known.append((chosen, chosen))
        self.fields["norm_code"].choices = [NO_NORM, *known]

    def clean_number_code(self) -> str:
        code = self.cleaned_data["number_code"]
        if code == OUTGOING:
            raise ValidationError(_("С „ИЗХ“ се номерират изходящите писма. Изберете друго."))
        return code

    def clean(self) -> dict:
        data = super().clean()
        nature = data.get("nature") or self.instance.nature
        if nature == Nature.ALERT and data.get("is_online"):
            self.add_error(
                "is_online", _("Сигнал се приема от служител: на място, по телефона или писмено.")
            )
        if nature == Nature.ALERT and data.get("asks_service"):
            self.add_error(
                "asks_service", _("По сигнал услуга не се заявява: решава човекът, за когото е.")
            )
        if data.get("is_online") and not data.get("is_on"):
            self.add_error("is_online", _("Първо отбележете „приема се“."))
        return data

    def _post_clean(self) -> None:
        if not self.instance.code:
            self.instance.code = own_code()
        super()._post_clean()


class ChoicesField(LinesField):
    """The answers to choose from, one a line; each once, and none too long for its row."""

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > MOST_CHOICES:
            raise ValidationError(
                _("Изброени са %(count)d отговора. Най-много са %(most)d."),
                params={"count": len(value), "most": MOST_CHOICES},
            )
        for line in value:
            if len(line) > LONGEST_CHOICE:
                raise ValidationError(
                    _("„%(start)s…“ е твърде дълго: на ред се събират %(most)d знака."),
                    params={"start": line[:40], "most": LONGEST_CHOICE},
                )
        repeated = next((line for line in value if value.count(line) > 1), None)
        if repeated:
            raise ValidationError(_("„%(line)s“ е изброено два пъти."), params={"line": repeated})


class _PartForm(TenantForm):
    """A question or a paper of a kind: for whom it is by ticking, its order by number or last."""

    only_for = forms.MultipleChoiceField(
        label=gettext_lazy("Само когато е"),
        choices=OnBehalf.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Без отметка: винаги."),
    )
    order = forms.IntegerField(
        label=gettext_lazy("Ред"),
        required=False,
        min_value=0,
        max_value=32767,
        widget=forms.TextInput(attrs={"size": 4, "inputmode": "numeric"}),
        help_text=gettext_lazy("Празно: последен."),
    )

    def clean_order(self) -> int:
        order = self.cleaned_data["order"]
        if order is not None:
            return order
        rows = type(self.instance)._default_manager.filter(kind_id=self.instance.kind_id)
        last = rows.aggregate(last=Max("order"))["last"] if self.instance.kind_id else None
        return 0 if last is None else min(last + 1, 32767)


class AskedForm(TenantForm):
    """A question; the answers to choose from, where it has such, are typed one a line."""

    choices = ChoicesField(
        label=gettext_lazy("Възможни отговори"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 40}),
        help_text=gettext_lazy(
            "По един на ред, само за „един от няколко“ и „няколко от изброените“."
        ),
    )

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if self.errors.keys() & {"form", "choices"}:
            return data
        has_choices, choices = data.get("form") in WITH_CHOICES, data.get("choices") or []
        if has_choices and len(choices) < 2:
            self.add_error("choices", _("Напишете поне два възможни отговора, всеки на нов ред."))
        elif choices and not has_choices:
            self.add_error(
                "choices",
                _("Такъв отговор се пише свободно. Изтрийте изброените или сменете „отговор“."),
            )
        return data


class QuestionForm(AskedForm, _PartForm):
    """A question of a kind."""


class PaperForm(_PartForm):
    """A paper that a kind needs."""

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("is_required") and data.get("is_for_reference"):
            self.add_error(
                "is_required", _("Документ само за справка се показва, не се иска да се прилага.")
            )
        return data


class _UsedFormSet(PartFormSet):
    """Rows that past applications point to are switched off and not deleted."""

    used_words: Any = ""

    def is_used(self, row: Any) -> bool:
        raise NotImplementedError

    def clean(self) -> None:
        """Say what to do instead, before Django's own check lists the rows that stand in the way.

        Deletion is read as it was sent: to ask the forms is to run that check.
        """
        for form in self.initial_forms:
            is_marked = form.add_prefix("DELETE") in self.data
            # A row whose id was not understood is none, and is refused as such.
            if is_marked and form.instance.pk and self.is_used(form.instance):
                raise ValidationError(self.used_words, params={"row": str(form.instance)})
        super().clean()


class QuestionFormSet(_UsedFormSet):
    used_words = gettext_lazy(
        "„%(row)s“ има отговори в заявления. Вместо изтриване махнете отметката „в употреба“."
    )

    def is_used(self, row: KindQuestion) -> bool:
        asked = Application.objects.filter(kind_id=row.kind_id)
        return asked.filter(answers__contains=[{"question": row.pk}]).exists()


class PaperFormSet(_UsedFormSet):
    used_words = gettext_lazy(
        "„%(row)s“ е приложен към заявления. Вместо изтриване махнете отметката „в употреба“."
    )

    def is_used(self, row: KindPaper) -> bool:
        return Attachment.objects.filter(paper=row).exists()


class NoticeForm(TenantForm):
    """The next version of the notice: in force from today or later, and after the last one."""

    def clean_valid_from(self) -> dt.date:
        day = check_year(self.cleaned_data["valid_from"])
        assert day is not None  # noqa: S101  the field is required
        if day < timezone.localdate():
            raise ValidationError(_("Новата версия започва от днес или по-късно."))
        others = PrivacyNotice.objects.exclude(pk=self.instance.pk)
        last = others.aggregate(last=Max("valid_from"))["last"]
        if last and day < last:
            raise ValidationError(
                _("Предишната версия е в сила от %(day)s. Изберете същия ден или по-късен."),
                params={"day": f"{last:%d.%m.%Y}"},
            )
        return day
