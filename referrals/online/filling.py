"""What of a draft is answered, what comes next, and how the answers read: no HTTP in here.

Every step keeps what was typed as it was typed, and is answered where its form takes that today. So
nothing that changed meanwhile (a service withdrawn, a question added, „за кого“) can be sent with
an answer to another question.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontoffice.names import written_phone
from referrals.applications.models_parts import Attachment
from referrals.kinds.models import Asked, KindQuestion, OnBehalf
from referrals.kinds.reading import (
    answers_form,
    answers_of,
    notice_in_force,
    papers_for,
    questions_for,
)
from referrals.online import drafts
from referrals.online import forms as asked_by
from referrals.online.models import OnlineDraft
from services_registry.models import Service

QUESTION = "vapros-"
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Step:
    """A page: its part of the address, its heading, and the question of the kind it asks."""

    slug: str
    title: Any
    question: KindQuestion | None = None


FOR_WHOM = Step("za-kogo", gettext_lazy("За кого е заявлението?"))
PERSON = Step("litse", gettext_lazy("Вашите имена"))
PERSON_OF = {
    OnBehalf.CHILD: Step("litse", gettext_lazy("Кое е детето?")),
    OnBehalf.WARD: Step("litse", gettext_lazy("За кого заявявате?")),
    OnBehalf.AUTHORISED: Step("litse", gettext_lazy("Кой ви е упълномощил?")),
}
APPLICANT = Step("zayavitel", gettext_lazy("Кой заявява?"))
NEED = Step("nuzhda", gettext_lazy("С какво можем да помогнем?"))
SERVICE = Step("usluga", gettext_lazy("Коя услуга искате?"))
ADDRESS = Step("adres", gettext_lazy("Къде живеете?"))
ADDRESS_OF_CHILD = Step("adres", gettext_lazy("Къде живее детето?"))
ADDRESS_OF_OTHER = Step("adres", gettext_lazy("Къде живее човекът?"))
CONTACT = Step("vrazka", gettext_lazy("Как да се свържем с вас?"))
FILES = Step("dokumenti", gettext_lazy("Документи"))
NOTICE = Step("lichni-danni", gettext_lazy("Вашите лични данни"))


class Filling:
    """A draft being filled in, in the scope of its municipality."""

    def __init__(self, draft: OnlineDraft) -> None:
        self.draft = draft
        self.data = drafts.read(draft)
        self.answers: dict[str, Values] = self.data.setdefault("steps", {})
        # Steps left half-way by „Запази и продължи по-късно“.
        self.begun: list[str] = self.data.get("begun", [])
        self._checked: dict[str, asked_by.StepForm] = {}

    @cached_property
    def services(self) -> list[Service]:
        """The services that citizens see of the municipality."""
        return list(Service.public.filter(municipality=self.draft.municipality).order_by("name"))

    @cached_property
    def papers(self) -> list[Any]:
        """The papers that the kind needs from who applies."""
        return papers_for(self.draft.kind, self.on_behalf)

    @cached_property
    def attachments(self) -> list[Attachment]:
        """The files of the draft."""
        rows = Attachment.objects.filter(draft=self.draft).select_related("paper")
        return list(rows.order_by("added_at", "pk"))

    @cached_property
    def notice(self):
        """What the municipality tells of personal data today."""
        return notice_in_force(self.draft.municipality)

    @property
    def on_behalf(self) -> str:
        """For whom it is; for oneself until that is answered."""
        typed = self.answers.get(FOR_WHOM.slug, {}).get("on_behalf", [""])
        known = {value for value, _label in asked_by.ForWhomForm.base_fields["on_behalf"].choices}
        return typed[0] if typed and typed[0] in known else OnBehalf.SELF

    @property
    def steps(self) -> list[Step]:
        """What is asked of this draft, in order."""
        return list(self._steps())

    def _steps(self) -> Iterator[Step]:
        yield FOR_WHOM
        is_own = self.on_behalf == OnBehalf.SELF
        yield PERSON if is_own else PERSON_OF[OnBehalf(self.on_behalf)]
        if not is_own:
            yield APPLICANT
        yield NEED
        if self.draft.kind.asks_service:
            yield SERVICE
        for question in self.questions:
            yield Step(f"{QUESTION}{question.pk}", question.label, question)
        if is_own:
            yield ADDRESS
        else:
            yield ADDRESS_OF_CHILD if self.on_behalf == OnBehalf.CHILD else ADDRESS_OF_OTHER
        yield CONTACT
        yield FILES
        if self.notice:
            yield NOTICE

    @property
    def questions(self) -> list[KindQuestion]:
        """What the kind itself asks, of whoever applies."""
        if self._questions_of != self.on_behalf:
            self._questions = questions_for(self.draft.kind, self.on_behalf, Asked.CITIZEN)
            self._questions_of = self.on_behalf
        return self._questions

    _questions_of = ""

    def step(self, slug: str) -> Step | None:
        """Return the step with this part of the address, if it is asked."""
        return next((step for step in self.steps if step.slug == slug), None)

    def form(self, step: Step, data: Any = None, files: Any = None) -> Any:
        """Return the form of ``step``: unbound, or bound to what was sent."""
        if step.question:
            return _question_form(step.question)(data)
        if step.slug == FOR_WHOM.slug:
            return asked_by.ForWhomForm(data)
        if step.slug == PERSON.slug:
            return asked_by.PersonForm(data, on_behalf=self.on_behalf)
        if step.slug == APPLICANT.slug:
            return asked_by.ApplicantForm(data, on_behalf=self.on_behalf)
        if step.slug == NEED.slug:
            return asked_by.NeedForm(data)
        if step.slug == SERVICE.slug:
            return asked_by.ServiceForm(data, services=self.services)
        if step.slug == ADDRESS.slug:
            return asked_by.AddressForm(data, municipality=self.draft.municipality)
        if step.slug == CONTACT.slug:
            return asked_by.ContactForm(data, has_address=self.has_address)
        if step.slug == FILES.slug:
            return asked_by.FilesForm(data, files, papers=self.papers)
        return asked_by.NoticeForm(data, current=self.notice.pk)

    @property
    def has_address(self) -> bool:
        """Whether a letter could be sent."""
        typed = self.answers.get(ADDRESS.slug, {}).get("address", [""])
        return bool(typed and typed[0].strip())

    def kept_form(self, step: Step) -> Any:
        """Return the form of ``step`` with what is kept of it.

        What was right once and is not today (a service withdrawn) says why; what somebody only
        began to type does not.
        """
        values = self.answers.get(step.slug)
        if values is None or step.slug in (FILES.slug, NOTICE.slug):
            return self.form(step)
        form = self.form(step, MultiValueDict(values))
        if step.slug in self.begun:
            form._errors = ErrorDict()
        return form

    def checked(self, step: Step) -> Any | None:
        """Return the form of ``step`` with what is kept, valid; None where it is not answered."""
        values = self.answers.get(step.slug)
        if values is None:
            return None
        if step.slug not in self._checked:
            self._checked[step.slug] = self.form(step, MultiValueDict(values))
        form = self._checked[step.slug]
        return form if form.is_valid() else None

    def first_unanswered(self) -> Step | None:
        """Return the first step that still has to be answered; None where it can be sent."""
        return next((step for step in self.steps if self.checked(step) is None), None)

    def may_open(self, step: Step) -> bool:
        """Say whether everything before ``step`` is answered."""
        for earlier in self.steps:
            if earlier == step:
                return True
            if self.checked(earlier) is None:
                return False
        return False

    def neighbours(self, step: Step) -> tuple[Step | None, Step | None, int, int]:
        """Return the step before, the step after, the number of ``step`` and of all."""
        steps = self.steps
        place = steps.index(step)
        before = steps[place - 1] if place else None
        after = steps[place + 1] if place + 1 < len(steps) else None
        return before, after, place + 1, len(steps)

    def keep(self, step: Step, sent: Any, *, is_whole: bool = True) -> None:
        """Keep what was sent of ``step``, right or not, and save the draft.

        With another „за кого“, what was said of the person and of who applies is gone: it was about
        somebody else. So are the answers to what is no longer asked.
        """
        before = self.on_behalf
        self.answers[step.slug] = drafts.typed(_own_values(self.form(step), sent))
        self._checked.clear()
        self.begun = [slug for slug in self.begun if slug != step.slug]
        if not is_whole:
            self.begun.append(step.slug)
        self.data["begun"] = self.begun
        if step == FOR_WHOM and self.on_behalf != before:
            for slug in (PERSON.slug, APPLICANT.slug):
                self.answers.pop(slug, None)
            asked = {step.slug for step in self.steps}
            for slug in set(self.answers) - asked:
                del self.answers[slug]
        self.draft.reached = step.slug
        drafts.write(self.draft, self.data)

    def rows(self) -> list[dict[str, Any]]:
        """Return the answers for „Проверете отговорите“: step, key, value."""
        return [
            {"step": step.slug, "key": key, "value": value}
            for step in self.steps
            for key, value in self._rows_of(step)
        ]

    def _rows_of(self, step: Step) -> Iterator[tuple[str, str]]:
        if step.slug == NOTICE.slug:
            return
        if step.slug == FILES.slug:
            names = "\n".join(attachment.name for attachment in self.attachments)
            yield _("Приложени файлове"), names or _("няма")
            return
        form = self.checked(step)
        if form is None:
            return
        if step.slug == PERSON.slug:
            parts = (form.cleaned_data[f"{part}_name"] for part in ("given", "middle", "family"))
            yield _("Имена"), " ".join(filter(None, parts))
            yield _("Рождена дата"), _shown(form, "birth_date")
            return
        for field in form:
            yield str(field.label), _shown(form, field.name)

    def stated(self) -> dict[str, Any]:
        """Return the facts of the application, as ``receive`` takes them; everything is answered.

        ``service`` None with a kind that asks for one is „посъветвайте ме“.
        """
        cleaned: dict[str, Any] = {}
        answers: list[dict[str, Any]] = []
        facts: dict[str, Any] = {}
        for step in self.steps:
            form = self.checked(step)
            if form is None:
                raise ValueError(f"Step {step.slug} is not answered.")
            if step.question:
                answers += answers_of(form)
            elif step.slug == APPLICANT.slug:
                facts["applicant_name"] = form.cleaned_data["applicant_name"]
                facts["applicant_right"] = form.stated_right()
            elif step.slug not in (FILES.slug, NOTICE.slug):
                cleaned |= form.cleaned_data
        is_signed = any(attachment.is_signed for attachment in self.attachments)
        return {
            **cleaned,
            **facts,
            "answers": answers,
            "notice": self.notice,
            "signature": "kep" if is_signed else "none",
        }


def _question_form(question: KindQuestion) -> type[forms.Form]:
    return answers_form([question])


def _own_values(form: forms.Form, sent: Any) -> Values:
    """Return what of ``sent`` belongs to the fields of ``form``, boxes of a date among it."""
    own = re.compile(rf"(?:{'|'.join(map(re.escape, form.fields))})(?:_[0-9])?")
    return {name: sent.getlist(name) for name in sent if own.fullmatch(name)}


def _shown(form: Any, name: str) -> str:
    """Return a right answer in words, as the person gave it."""
    value: Any = form.cleaned_data[name]
    field: Any = form.fields[name]
    if value in (None, "", []) and not isinstance(field, forms.ChoiceField):
        return ""
    if name == "phones":
        return ", ".join(written_phone(digits) for digits in value.split())
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y} г."
    if isinstance(field, forms.ModelChoiceField):
        return str(value)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        labels = {str(key): str(label) for key, label in choices}
        typed = value if isinstance(value, list) else [form.data.get(name, "")]
        return "; ".join(labels.get(str(one), str(one)) for one in typed)
    return Truncator(str(value)).chars(5000)
