"""The forms of the steps. Each is drawn on a page of its own and asks one thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.forms_people import NameField, PhonesField
from frontoffice.identifiers import holds_egn
from frontoffice.models_people import EARLIEST_BIRTH_YEAR
from municipalities.forms_days import DayField
from municipalities.models import Settlement
from municipalities.upload_checks import SIGNED_KINDS
from municipalities.uploads import MultipleUploadField, UploadField
from referrals.applications.models import Application
from referrals.kinds.models import OnBehalf
from services_registry.models import Service

ADVISE = "suvet"
_UNREADABLE = _("В текста има знак, който не се чете. Напишете го отново.")
_CHOOSE = _("Изберете едно от изброените.")
_PLAIN = {"autocomplete": "off"}


def refuse_egn(text: str) -> None:
    """Validator: online nobody is asked for a ЕГН, so none is kept (чл. 25ж ЗЗЛД)."""
    if holds_egn(text):
        raise ValidationError(_("Тук има ЕГН. Изтрийте го: през интернет не го искаме."))


def _choice_errors(required: Any) -> dict[str, Any]:
    return {"required": required, "invalid_choice": _CHOOSE}


def _text_errors(required: Any = "", most: int = 0) -> dict[str, Any]:
    errors: dict[str, Any] = {"null_characters_not_allowed": _UNREADABLE}
    if required:
        errors["required"] = required
    if most:
        errors["max_length"] = _("Съкратете текста: най-много %(limit_value)d знака.")
    return errors


class StepForm(forms.Form):
    """Base of the steps' forms; ``single`` names the field whose label is the page's heading."""

    single = ""


class ForWhomForm(StepForm):
    single = "on_behalf"

    on_behalf = forms.ChoiceField(
        label=_("За кого е заявлението?"),
        # Others may alert only, which is no application.
        choices=[choice for choice in OnBehalf.choices if choice[0] != OnBehalf.OTHER],
        widget=forms.RadioSelect,
        error_messages=_choice_errors(_("Изберете за кого е заявлението.")),
    )


def _name(label: Any, auto: str, wrong: Any = "", **options: Any) -> NameField:
    return NameField(
        label=label,
        attrs={"autocomplete": auto, "autocapitalize": "words"},
        error_messages=_text_errors(wrong, 80),
        **options,
    )


class PersonForm(StepForm):
    """For whom it is. A birth date tells apart people of one name without a ЕГН."""

    given_name = _name(_("Име"), "given-name", _("Напишете името."))
    middle_name = _name(_("Бащино име"), "additional-name", required=False)
    family_name = _name(_("Фамилно име"), "family-name", _("Напишете фамилното име."))
    birth_date = DayField(
        label=_("Рождена дата"),
        first_year=EARLIEST_BIRTH_YEAR,
        help_text=_("Например 14 3 1950"),
    )

    def __init__(self, *args: Any, on_behalf: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who represents somebody may not know the day by heart; the paper about it says it.
        self.fields["birth_date"].required = on_behalf in (OnBehalf.SELF, OnBehalf.CHILD)
        if on_behalf != OnBehalf.SELF:  # the browser would offer the name of who types
            for name in ("given_name", "middle_name", "family_name"):
                self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_birth_date(self):
        """Refuse a day that has not come."""
        day = self.cleaned_data["birth_date"]
        if day and day > timezone.localdate():
            raise ValidationError(_("Рождената дата не може да е в бъдещето."))
        return day


RIGHTS = {
    OnBehalf.CHILD: (("родител", _("Родител")), ("осиновител", _("Осиновител")),
                     ("настойник или попечител на детето", _("Настойник или попечител"))),
    OnBehalf.WARD: (("настойник", _("Настойник")), ("попечител", _("Попечител"))),
}  # fmt: skip
ABOUT_RIGHT = {
    OnBehalf.CHILD: _("Ако не сте родител: с кой акт, номер и дата."),
    OnBehalf.WARD: _("Номер и дата на удостоверението, ако са ви под ръка."),
    OnBehalf.AUTHORISED: _("Номер и дата на пълномощното и кой го е заверил."),
}


class ApplicantForm(StepForm):
    """Who applies for somebody else, and by what right."""

    applicant_name = forms.CharField(
        label=_("Вашите имена"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autocapitalize": "words"}),
        validators=[refuse_egn],
        error_messages=_text_errors(_("Напишете имената си."), 100),
    )
    right = forms.ChoiceField(
        label=_("Вие сте"),
        widget=forms.RadioSelect,
        error_messages=_choice_errors(_("Изберете какъв сте на човека.")),
    )
    paper = forms.CharField(
        label=_("Документ"),
        required=False,
        max_length=90,
        widget=forms.TextInput(attrs=_PLAIN),
        validators=[refuse_egn],
        error_messages=_text_errors(_("Напишете с какво пълномощно заявявате."), 90),
    )

    def __init__(self, *args: Any, on_behalf: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = RIGHTS.get(OnBehalf(on_behalf))
        if rights:
            self.fields["right"].choices = rights
        else:
            del self.fields["right"]
            self.fields["paper"].label = _("Пълномощно")
            self.fields["paper"].required = True
        self.fields["paper"].help_text = ABOUT_RIGHT[OnBehalf(on_behalf)]

    def clean_applicant_name(self) -> str:
        name = " ".join(self.cleaned_data["applicant_name"].split())
        if not any(character.isalpha() for character in name):
            raise ValidationError(_("Напишете име с букви."))
        return name

    def stated_right(self) -> str:
        """Return the right as an application keeps it: „настойник, удостоверение № 5“."""
        right = self.cleaned_data.get("right") or "пълномощник"
        return ", ".join(filter(None, (right, self.cleaned_data["paper"].strip())))


class NeedForm(StepForm):
    single = "need"

    need = forms.CharField(
        label=_("С какво можем да помогнем?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7, **_PLAIN}),
        help_text=_(
            "С ваши думи: какво е трудно и каква помощ търсите. Не пишете ЕГН; за болести кажете "
            "само колкото е нужно."
        ),
        validators=[refuse_egn],
        error_messages=_text_errors(_("Опишете с няколко думи каква помощ търсите."), 4000),
    )

    def clean_need(self) -> str:
        return self.cleaned_data["need"].replace("\r\n", "\n")


class ServiceForm(StepForm):
    """Which service of the municipality, or advice on it."""

    single = "service"

    service = forms.ChoiceField(
        label=_("Коя услуга искате?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Изберете услуга или „Не знам, посъветвайте ме“."),
            "invalid_choice": _("Тази услуга вече не се предлага. Изберете отново."),
        },
    )

    def __init__(self, *args: Any, services: Iterable[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = {str(service.pk): service for service in services}
        self.fields["service"].choices = [
            (ADVISE, _("Не знам, посъветвайте ме")),
            *((key, service.name) for key, service in self.services.items()),
        ]

    def clean_service(self) -> Service | None:
        return self.services.get(self.cleaned_data["service"])


class AddressForm(StepForm):
    """Where the person lives: the municipality of the present address is the one to help."""

    settlement = forms.ModelChoiceField(
        Settlement.objects.none(),
        label=_("Населено място"),
        empty_label=_("Изберете"),
        error_messages=_choice_errors(_("Изберете населеното място.")),
    )
    address = forms.CharField(
        label=_("Адрес"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        help_text=_("Улица, номер, вход, етаж, апартамент."),
        validators=[refuse_egn],
        error_messages=_text_errors(most=200),
    )

    def __init__(self, *args: Any, municipality: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["settlement"].queryset = municipality.settlements.all()

    def clean_address(self) -> str:
        return " ".join(self.cleaned_data["address"].split())


class ContactForm(StepForm):
    """How to reach whoever applies, and how they want the answer."""

    mark_optional = False  # one of the two is needed; which, the third says

    phones = PhonesField(
        label=_("Телефон"),
        attrs={"type": "tel", "autocomplete": "tel"},
        help_text=_("Например 0888 123 456. Няколко се пишат със запетая помежду им."),
        error_messages=_text_errors(most=200),
    )
    email = forms.EmailField(
        label=_("Е-поща"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            **_text_errors(most=254),
            "invalid": _("Напишете цялата е-поща, например ivanova@example.bg."),
        },
    )
    reply_by = forms.ChoiceField(
        label=_("Как да ви отговорим?"),
        choices=Application.ReplyBy.choices,
        widget=forms.RadioSelect,
        error_messages=_choice_errors(_("Изберете как да ви отговорим.")),
    )

    def __init__(self, *args: Any, has_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_address = has_address

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen answer needs."""
        data = super().clean() or {}
        way, reply = data.get("reply_by"), Application.ReplyBy
        phones, email = data.get("phones"), data.get("email")
        if way == reply.PHONE and not phones and "phones" not in self.errors:
            self.add_error("phones", _("Напишете телефон, на който да ви се обадим."))
        elif way == reply.EMAIL and not email and "email" not in self.errors:
            self.add_error("email", _("Напишете е-поща, на която да ви отговорим."))
        elif way == reply.POST and not self.has_address:
            self.add_error(
                "reply_by", _("За писмо е нужен адрес. Върнете се и напишете улица и номер.")
            )
        return data


class NoticeForm(StepForm):
    """Which version of the notice was on the page that was sent."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, current: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        self.initial["version"] = current

    def clean_version(self) -> int:
        if self.cleaned_data["version"] != str(self.current):
            raise ValidationError(_("Текстът беше обновен. Прочетете го отново."))
        return self.current


class FilesForm(StepForm):
    """Files to attach, and the place for one that is signed with КЕП."""

    paper = forms.ChoiceField(
        label=_("Какъв документ е?"),
        required=False,
        error_messages={"invalid_choice": _CHOOSE},
    )
    files = MultipleUploadField(
        label=_("Файлове"),
        required=False,
        help_text=_("PDF, снимка (JPEG, PNG) или документ (DOCX, ODT), до 10 MB всеки."),
    )
    signed = UploadField(
        kinds=SIGNED_KINDS,
        label=_("Файл, подписан с КЕП"),
        required=False,
        help_text=_("Само ако имате електронен подпис. Без него служител ще ви потърси."),
    )

    def __init__(self, *args: Any, papers: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = {str(paper.pk): paper for paper in papers if not paper.is_for_reference}
        if self.papers:
            self.fields["paper"].choices = [
                ("", _("Друг документ")),
                *((key, paper.name) for key, paper in self.papers.items()),
            ]
        else:
            del self.fields["paper"]

    def chosen_paper(self):
        """Return the paper that the files are, or None."""
        return self.papers.get(self.cleaned_data.get("paper", ""))


class SecretForm(forms.Form):
    """The second secret of a link."""

    secret = forms.CharField(
        label=_("Вашият код"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("Дванайсетте знака, които записахте. Малки букви и тирета са без значение."),
        error_messages=_text_errors(_("Напишете кода."), 60),
    )


class MailForm(forms.Form):
    """Where to mail the link."""

    email = forms.EmailField(
        label=_("Е-поща"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Ползваме я само за това писмо. Кодът не е в него."),
        error_messages={
            **_text_errors(_("Напишете е-поща."), 254),
            "invalid": _("Напишете цялата е-поща, например ivanova@example.bg."),
        },
    )
