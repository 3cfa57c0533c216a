"""Pages of what is done to an application: one form each, sent to one verb of ``handling``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.followups.following import NotAColleague
from municipalities import uploads
from municipalities.permissions import require
from referrals.applications import files, handling
from referrals.applications.models import Application
from referrals.applications.models_parts import ApplicationEvent
from referrals.desk import forms
from referrals.desk.changed import changes_since
from referrals.desk.opening import opens_application
from referrals.permissions import can_see_applications, can_work_on
from referrals.workflow import ApplicationChanged, StepRefused, may
from services_registry.forms_provider import renew

Event = ApplicationEvent.Kind
WRITTEN = ("note", "text", "reason", "answer", "other")


@dataclass(frozen=True)
class Step:
    """One page: what it is called, its form, its verb, and what is said when it was done.

    ``steps`` are those of ``workflow``, one of which has to be possible. ``is_for_owner``: only
    whoever works on the application does it; the rest is for anybody at the desk.
    """

    title: str
    button: str
    form: type[forms.StepForm]
    verb: Callable[..., Application]
    steps: tuple[str, ...]
    event: str
    done: str
    lead: str = ""
    is_for_owner: bool = True
    has_version: bool = True
    is_grave: bool = False


def page_of(step: Step) -> Callable[..., HttpResponse]:
    """Return the view of ``step``."""

    @require(can_see_applications)
    @sensitive_post_parameters(*WRITTEN)
    @sensitive_variables("form")
    @require_http_methods(["GET", "HEAD", "POST"])
    @opens_application
    def view(request: HttpRequest, application: Application) -> HttpResponse:
        if step.is_for_owner and not can_work_on(request, application):
            raise PermissionDenied
        sent = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
        form = step.form(application=application, **sent)
        if request.method == "POST":
            return _sent(request, application, step, form)
        if not any(may(application, one) for one in step.steps):
            messages.error(request, _impossible(application))
            return redirect("application", application.pk)
        return _page(request, application, step, form)

    view.__doc__ = f"{step.title}."
    return view


def _impossible(application: Application) -> str:
    return f"Заявлението е „{application.get_state_display()}“ и това вече не може да се направи."


def _sent(
    request: HttpRequest, application: Application, step: Step, form: forms.StepForm
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, application, step, form)
    facts = form.facts()
    if step.has_version:
        facts["version"] = form.cleaned_data.get("version") or 0
    try:
        _made(request, application, step, form, facts)
    except ApplicationChanged as changed:
        if handling.was_made_just_now(changed.current, step.event, request.membership.user):
            return _done(request, application, "Тази стъпка вече е записана.")
        return _changed_page(request, changed.current, step, form)
    except StepRefused as refused:
        if handling.was_made_just_now(application, step.event, request.membership.user):
            return _done(request, application, "Тази стъпка вече е записана.")
        form.add_error(None, str(refused))
        return _page(request, application, step, form)
    except NotAColleague:
        form.add_error("to", forms.NO_COLLEAGUE)
        return _page(request, application, step, form)
    except files.TooManyFiles as full:
        form.add_error("files", str(full))
        return _page(request, application, step, form)
    if "pismo" in request.POST:
        messages.success(request, step.done)
        return redirect(f"{reverse('letter_new', args=[application.pk])}?vid=papers")
    return _done(request, application, step.done)


def _made(
    request: HttpRequest,
    application: Application,
    step: Step,
    form: forms.StepForm,
    facts: dict[str, Any],
) -> None:
    """Make the step; files that came with it are kept with it or not at all."""
    kept = []
    try:
        with transaction.atomic():
            sent = form.cleaned_data.get("files") or ()
            new = [file for file in sent if not _is_kept(application, file)]
            if sent and not new:
                raise StepRefused("Тези файлове вече са приложени.")
            for file in new:
                kept.append(
                    files.keep(
                        municipality=request.municipality,
                        file=file,
                        application=application,
                        by=request.membership.user,
                    )
                )
            if kept:
                facts["files"] = kept
            step.verb(application=application, by=request.membership.user, **facts)
    except BaseException:
        for attachment in kept:
            uploads.discard(attachment.path)
        raise


def _is_kept(application: Application, file: uploads.CheckedFile) -> bool:
    """Say whether this very file hangs on the application already, whoever brought it."""
    alike = application.attachments.filter(name=(file.name or "")[:120], size=file.size)
    file.seek(0)
    data = file.read()
    file.seek(0)
    return any(uploads.is_stored(path, data) for path in alike.values_list("path", flat=True))


def _done(request: HttpRequest, application: Application, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("application", application.pk)


def _changed_page(
    request: HttpRequest, current: Application, step: Step, form: forms.StepForm
) -> HttpResponse:
    """Show what a colleague changed meanwhile; what was typed stays, to be sent again."""
    changed = changes_since(current, form.cleaned_data.get("version") or 0)
    form.add_error(
        None,
        "Колега е променил заявлението, докато пишехте. Вашето е запазено по-долу. Вижте какво е "
        "различно и запишете отново, ако още е вярно.",
    )
    renew(form, "version", str(current.version))
    return _page(request, current, step, form, changed=changed)


def _page(
    request: HttpRequest, application: Application, step: Step, form: forms.StepForm, changed=()
) -> HttpResponse:
    return render(
        request,
        "referrals/desk/step.html",
        {"application": application, "step": step, "form": form, "changed": changed},
        status=422 if form.errors else 200,
    )


assign = page_of(
    Step(
        title="Предаване на колега",
        button="Предай",
        form=forms.AssignForm,
        verb=handling.assign,
        steps=("assign",),
        event=Event.HANDED,
        done="Заявлението е предадено.",
        lead="Колегата ще го вижда сред своите.",
    )
)
confirm = page_of(
    Step(
        title="Потвърждаване с човека",
        button="Потвърди",
        form=forms.ConfirmForm,
        verb=handling.confirm,
        steps=("confirm", "confirm_later"),
        event=Event.CONFIRMED,
        done="Желанието е потвърдено.",
        lead="Заявлението не е подписано. Попитайте човека дали това е желанието му, и запишете "
        "как и кога говорихте.",
    )
)
papers = page_of(
    Step(
        title="Искане на документи",
        button="Поискай",
        form=forms.PapersForm,
        verb=handling.ask_papers,
        steps=("ask_papers",),
        event=Event.PAPERS_ASKED,
        done="Документите са поискани и срокът е спрян.",
        lead="Срокът спира, докато документите дойдат.",
    )
)
paper_add = page_of(
    Step(
        title="Получен документ",
        button="Запиши",
        form=forms.PaperAddForm,
        verb=handling.paper_arrived,
        steps=("add_paper",),
        event=Event.PAPER_ADDED,
        done="Документът е записан.",
        is_for_owner=False,
    )
)
resume = page_of(
    Step(
        title="Продължаване на срока",
        button="Продължи срока",
        form=forms.ResumeForm,
        verb=handling.resume,
        steps=("resume",),
        event=Event.RESUMED,
        done="Срокът отново тече.",
    )
)
note = page_of(
    Step(
        title="Бележка",
        button="Запиши",
        form=forms.NoteForm,
        verb=handling.note,
        steps=("note",),
        event=Event.NOTE,
        done="Бележката е записана.",
        lead="Чете се само от служителите.",
        is_for_owner=False,
        has_version=False,
    )
)
message = page_of(
    Step(
        title="Съобщение до човека",
        button="Изпрати",
        form=forms.MessageForm,
        verb=handling.message,
        steps=("message",),
        event=Event.MESSAGE,
        done="Съобщението е записано.",
        lead="Стои и на страницата, на която човекът проследява заявлението.",
        has_version=False,
    )
)
withdraw = page_of(
    Step(
        title="Оттегляне",
        button="Оттегли заявлението",
        form=forms.WithdrawForm,
        verb=handling.withdraw,
        steps=("withdraw",),
        event=Event.WITHDRAWN,
        done="Заявлението е оттеглено.",
        lead="Записва се, че човекът вече не желае това. Заявлението остава в регистъра и никой "
        "не работи повече по него.",
        is_grave=True,
    )
)
close = page_of(
    Step(
        title="Приключване",
        button="Приключи",
        form=forms.CloseForm,
        verb=handling.close,
        steps=("close",),
        event=Event.CLOSED,
        done="Заявлението е приключено.",
    )
)
reopen = page_of(
    Step(
        title="Отваряне отново",
        button="Отвори отново",
        form=forms.ReopenForm,
        verb=handling.reopen,
        steps=("reopen",),
        event=Event.REOPENED,
        done="Заявлението отново се разглежда.",
    )
)
