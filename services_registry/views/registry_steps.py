"""The way of a service: for review, published, paused, closed; its copy. Each is asked first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from municipalities.permissions import can_manage_registry, require
from services_registry import editing
from services_registry.forms_record import (
    CloseForm,
    PauseForm,
    PublishForm,
    ScheduleForm,
    StepForm,
)
from services_registry.models import Service

Status = Service.Status


@dataclass(frozen=True)
class Step:
    """A step that staff may take with a service: where from, what is asked, what is said after."""

    code: str
    button: str
    text: str
    done: str
    allowed: tuple[str, ...]
    act: Callable[..., None]
    form: type[StepForm] = StepForm
    is_danger: bool = False
    is_main: bool = False


PUBLIC = Service.PUBLIC_STATUSES
STEPS = {
    step.code: step
    for step in (
        Step(
            "za-pregled",
            "Изпрати за преглед",
            "Услугата остава скрита за гражданите, докато някой я прегледа и публикува.",
            "Услугата е за преглед.",
            (Status.DRAFT,),
            editing.submit,
            is_main=True,
        ),
        Step(
            "publikuvane",
            "Публикувай",
            "Гражданите виждат услугата веднага: в търсенето, на страницата на общината и в "
            "отворените данни.",
            "Услугата е публикувана.",
            (Status.REVIEW,),
            editing.publish,
            PublishForm,
            is_main=True,
        ),
        Step(
            "vrashtane",
            "Върни в чернова",
            "Гражданите не виждат чернови. Записаното остава и може да се поправя.",
            "Услугата отново е чернова.",
            (Status.REVIEW, Status.PUBLISHED),
            editing.withdraw,
        ),
        Step(
            "spirane",
            "Спри временно",
            "Гражданите продължават да виждат услугата, с причината и с думите „временно спряна“.",
            "Услугата е временно спряна.",
            (Status.PUBLISHED,),
            editing.pause,
            PauseForm,
        ),
        Step(
            "puskane",
            "Пусни отново",
            "Причината за спирането се маха и услугата отново се ползва.",
            "Услугата отново работи.",
            (Status.PAUSED,),
            editing.resume,
            is_main=True,
        ),
        Step(
            "srok",
            "Насрочи закриване",
            "Гражданите четат от днес кой е последният ден и какво следва за тях.",
            "Закриването е насрочено.",
            PUBLIC,
            editing.schedule_closing,
            ScheduleForm,
        ),
        Step(
            "bez-srok",
            "Отмени насроченото закриване",
            "Последният ден и бележката се махат; услугата продължава.",
            "Закриването е отменено.",
            PUBLIC,
            editing.cancel_closing,
        ),
        Step(
            "zakrivane",
            "Закрий днес",
            "Услугата изчезва от страниците за граждани. В регистъра остава, с историята си.",
            "Услугата е закрита.",
            PUBLIC,
            editing.close,
            CloseForm,
            is_danger=True,
        ),
        Step(
            "otkrivane",
            "Открий отново",
            "Услугата става чернова: прегледайте я, преди гражданите да я видят пак.",
            "Услугата отново е чернова.",
            (Status.CLOSED,),
            editing.reopen,
            is_main=True,
        ),
    )
}


def steps_for(service: Service) -> list[Step]:
    """Return the steps that can be taken with a service as it stands."""
    return [
        step
        for step in STEPS.values()
        if service.status in step.allowed
        and (step.code != "bez-srok" or service.closes_on)
        and (step.code != "srok" or not service.closes_on)
    ]


def held(pk: int) -> Service:
    """Return the service, held until the end of the transaction; raises Http404 for any other."""
    try:
        return editing.locked(pk)
    except Service.DoesNotExist as missing:
        raise Http404 from missing


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Ask what the step needs and take it."""
    if code not in STEPS:
        raise Http404
    taken, service = STEPS[code], held(pk)
    if service.status not in taken.allowed:
        messages.error(request, f"Услугата е „{service.get_status_display()}“.")
        return redirect("registry_service", pk)
    needs_all = code in ("za-pregled", "publikuvane")
    missing = editing.missing_to_publish(service) if needs_all else []
    form = taken.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (code != "publikuvane" or not missing):
        extra = {"by": request.user} if code == "publikuvane" else {}
        try:
            taken.act(service, **form.facts(), **extra)
        except editing.EditingError as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, taken.done)
            return redirect("registry_service", pk)
    refused = request.method == "POST"
    return render(
        request,
        "services_registry/registry_step.html",
        {
            "service": service,
            "step": taken,
            "form": form,
            "missing": missing,
            "is_stopped": code == "publikuvane" and bool(missing),
        },
        status=422 if refused else 200,
    )


@require(can_manage_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new draft out of a service, after asking."""
    service = held(pk)
    if request.method == "POST":
        made = editing.copy(service)
        messages.success(request, "Копието е чернова. Сменете името и каквото е различно.")
        return redirect("registry_service", made.pk)
    taken = Step(
        "kopie",
        "Направи копие",
        "Нова чернова с всички раздели, места, такси и документи. Свободните места и проверките "
        "не се пренасят.",
        "",
        (),
        editing.submit,
    )
    back = reverse("registry_service", args=[pk])
    return render(
        request,
        "services_registry/registry_step.html",
        {"service": service, "step": taken, "form": None, "missing": [], "back": back},
    )
