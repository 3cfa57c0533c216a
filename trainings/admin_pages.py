"""The pages of a training in the admin, from who comes to what they thought of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from municipalities.admin_pages import WithPages, row_page
from municipalities.tasks import later
from municipalities.templatetags.portal import counted
from municipalities.typeset import pdf_response
from trainings import attending, certificates, choosing, enrolling, evaluating, running, tasks
from trainings.errors import TrainingRefused
from trainings.forms import AskForm, FindForm, NewPersonForm
from trainings.models import Training, TrainingParticipant
from trainings.people import mail_of

EVALUATION_DAYS = 14
CANDIDATES_A_PAGE = 50
PEOPLE = "човек,души"
TABS = {
    "progress": ("Ход", "trainings/admin/progress.html"),
    "enrolment": ("Записване", "trainings/admin/enrolment.html"),
    "attendance": ("Присъствие", "trainings/admin/attendance.html"),
    "certificates": ("Удостоверения", "trainings/admin/certificates.html"),
    "evaluation": ("Оценка", "trainings/admin/evaluation.html"),
}


class TrainingPages(WithPages):
    """Mix into the admin of trainings: its own pages of one training."""

    def _to(self, name: str, training: Training, **query: str) -> HttpResponse:
        address = reverse(f"admin:{self.page_name(name)}", args=[training.pk])
        given = {key: value for key, value in query.items() if value}
        return redirect(f"{address}?{urlencode(given)}" if given else address)

    def _page(self, request: HttpRequest, name: str, training: Training, **more) -> HttpResponse:
        heading, template = TABS[name]
        context = {
            "tabs": [
                (words, reverse(f"admin:{self.page_name(tab)}", args=[training.pk]), tab == name)
                for tab, (words, _template) in TABS.items()
            ],
            "is_open": training.state not in enrolling.CLOSED,
            "places": enrolling.places_of(training),
            "heading": heading,
            **more,
        }
        title = f"{heading}: {training.title}"
        return self.page(request, template, training, title=title, **context)

    def _done(self, request: HttpRequest, verb: Callable[[], str]) -> None:
        """Run ``verb`` and say what it says, or why it refused."""
        try:
            self.message_user(request, verb())
        except TrainingRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)

    # Its course

    @row_page("hod", "Ход на обучението")
    def progress(self, request: HttpRequest, training: Training) -> HttpResponse:
        """What there is and what is next; the steps that change the training's state."""
        if request.method == "POST":
            steps = {"done": _done, "call_off": _off, "reopen": _reopened, "invite": _invited}
            if step := steps.get(request.POST.get("step", "")):
                self._done(request, lambda: step(training))
            return self._to("progress", training)
        prefetch_related_objects([training], "sessions")
        came = attending.came_to(training)
        return self._page(
            request,
            "progress",
            training,
            came=came,
            attended=sum(one.hours > 0 for one in came),
            with_mail=sum(bool(mail_of(one.participant.trainee)) for one in came),
            sessions=list(training.sessions.all()),
            warnings=running.warnings_of(training),
            issued=_certificates_of(training).count(),
            entitled=sum(one.is_enough for one in came),
            results=evaluating.results_of(training),
            is_asked=evaluating.is_open(training),
            days=certificates.days_of(training),
        )

    # Who comes

    @row_page("zapisvane", "Записване на хора")
    def enrolment(self, request: HttpRequest, training: Training) -> HttpResponse:
        """Find people and enrol many at once; write down a new one; let somebody out."""
        find = FindForm(request.GET)
        query = find.cleaned_data if find.is_valid() else {"q": "", "ot": ""}
        person = None
        if request.method == "POST":
            what = request.POST.get("what", "")
            if what == "person":
                person = NewPersonForm(request.POST)
                if self._new_person(request, training, person):
                    return self._to("enrolment", training, **query)
            else:
                self._enrol_or_cancel(request, training, what, query)
                return self._to("enrolment", training, **query)
        found = choosing.candidates(training, source=query["ot"], words=query["q"])
        if not find.is_valid():
            found = []
        page = Paginator(found, CANDIDATES_A_PAGE).get_page(request.GET.get("page"))
        people = list(
            training.participants.select_related("trainee__user").order_by("trainee__name", "pk")
        )
        return self._page(
            request,
            "enrolment",
            training,
            find=find,
            sources=choosing.sources(training),
            source=query["ot"],
            page_obj=page,
            found=len(found),
            people=people,
            mailed={row.pk for row in people if mail_of(row.trainee)},
            queue=_queue(training),
            person=person or NewPersonForm(),
            form=person or find,
            status=422 if person else 200,
        )

    def _enrol_or_cancel(
        self, request: HttpRequest, training: Training, what: str, query: dict[str, str]
    ) -> None:
        is_invited = "invite" in request.POST
        if what == "all":
            found = choosing.candidates(training, source=query["ot"], words=query["q"])
            keys = [one.key for one in found[: enrolling.MOST_PEOPLE]]
            self._done(request, lambda: self._enrolled(request, training, keys, is_invited))
        elif what == "chosen":
            keys = request.POST.getlist("who")[: enrolling.MOST_PEOPLE]
            self._done(request, lambda: self._enrolled(request, training, keys, is_invited))
        elif what.startswith("cancel-"):
            row = self._participant(training, what.removeprefix("cancel-"))
            self._done(request, lambda: _cancelled(row, enrolling.cancel(participant=row)))

    def _enrolled(
        self, request: HttpRequest, training: Training, keys: list[str], is_invited: bool
    ) -> str:
        people = choosing.chosen(keys, request.municipality)
        if not people:
            raise TrainingRefused("Отбележете поне един човек.")
        made = enrolling.enrol(training=training, trainees=people, is_invited=is_invited)
        said = [f"Записани: {len(made.enrolled)}."]
        if made.waiting:
            said.append(f"Чакат място: {len(made.waiting)}.")
        if made.there:
            said.append(f"Вече бяха записани: {made.there}.")
        return " ".join(said)

    def _new_person(self, request: HttpRequest, training: Training, form: NewPersonForm) -> bool:
        """Write a new person down and enrol them; False where the form says what is wrong."""
        form.instance.municipality = request.municipality
        if not form.is_valid():
            return False
        try:
            enrolling.lock_open(training)
            person = form.save()
            made = enrolling.enrol(
                training=training, trainees=[person], is_invited="invite" in request.POST
            )
        except TrainingRefused as refused:
            form.add_error(None, str(refused))
            return False
        waits = " Няма свободно място, затова чака." if made.waiting else ""
        self.message_user(request, f"{person.name}: в обучението.{waits}")
        return True

    def _participant(self, training: Training, pk: str) -> TrainingParticipant:
        is_key = pk.isascii() and pk.isdecimal() and len(pk) <= 15
        rows = training.participants.select_related("trainee", "training")
        return get_object_or_404(rows, pk=int(pk) if is_key else 0)

    # Who came

    @row_page("prisastvie", "Присъствие")
    def attendance(self, request: HttpRequest, training: Training) -> HttpResponse:
        """The sheet: a row a person, a column a session; whole pages of it are saved at once."""
        prefetch_related_objects([training], "sessions")
        came = attending.came_to(training)
        sessions, pages = attending.sessions_shown(training, len(came), _number(request.GET))
        if request.method == "POST":
            self._done(request, lambda: _marked(training, sessions, request))
            number = _number(request.GET)
            return self._to("attendance", training, list=str(number) if number > 1 else "")
        number = min(max(1, _number(request.GET)), pages)
        return self._page(
            request,
            "attendance",
            training,
            came=came,
            sessions=sessions,
            number=number,
            numbers=range(1, pages + 1),
            shown_people=",".join(str(one.participant.pk) for one in came),
            warnings=running.warnings_of(training),
        )

    # Certificates

    @row_page("udostovereniya", "Удостоверения")
    def certificates(self, request: HttpRequest, training: Training) -> HttpResponse:
        """Who is entitled to one and who has it; issuing all of them at once."""
        if request.method == "POST":
            self._done(request, lambda: _issued(training, request))
            return self._to("certificates", training)
        came = attending.came_to(training)
        papers = {row.participant_id: row for row in _certificates_of(training)}
        left = [one for one in came if one.is_enough and one.participant.pk not in papers]
        return self._page(
            request,
            "certificates",
            training,
            rows=[(one, papers.get(one.participant.pk)) for one in came],
            issued=len(papers),
            left=len(left),
            total=len(papers) + len(left),
            is_running=bool(left) and certificates.is_being_issued(training),
            is_held=training.state == Training.State.DONE,
        )

    @row_page("udostoverenie-proekt")
    def certificate_draft(self, request: HttpRequest, training: Training) -> HttpResponse:
        """The certificate as it would be, with „ПРОЕКТ“ across it."""
        return pdf_response(certificates.preview(training), "udostoverenie-proekt.pdf")

    # What they thought

    @row_page("otsenka", "Оценка от участниците")
    def evaluation(self, request: HttpRequest, training: Training) -> HttpResponse:
        """The link of the form and until when it opens; what was answered, drawn and tabled."""
        training.municipality = request.municipality
        day = training.evaluation_until or timezone.localdate() + dt.timedelta(EVALUATION_DAYS)
        form = AskForm(initial={"until": day, "is_mailed": not evaluating.is_open(training)})
        if request.method == "POST":
            if request.POST.get("what") == "close":
                evaluating.close(training=training)
                self.message_user(request, "Оценката е затворена. Отговорите остават.")
                return self._to("evaluation", training)
            form = AskForm(request.POST)
            if form.is_valid() and self._asked(request, training, form):
                return self._to("evaluation", training)
        results = evaluating.results_of(training)
        is_asked = evaluating.is_open(training)
        return self._page(
            request,
            "evaluation",
            training,
            form=form,
            results=results,
            chart=evaluating.chart_of(results) if results.answers else None,
            marks=evaluating.MARKS,
            least_for_words=evaluating.LEAST_FOR_WORDS,
            is_asked=is_asked,
            link=evaluating.link_of(training) if is_asked else "",
            status=422 if form.is_bound else 200,
        )

    def _asked(self, request: HttpRequest, training: Training, form: AskForm) -> bool:
        facts = form.cleaned_data
        try:
            evaluating.ask(training=training, until=facts["until"], is_mailed=facts["is_mailed"])
        except TrainingRefused as refused:
            form.add_error("until", str(refused))
            return False
        self.message_user(request, "Оценката е отворена. Връзката е по-долу.")
        return True


def _certificates_of(training: Training):
    return certificates.Certificate.objects.filter(participant__training=training)


def _done(training: Training) -> str:
    running.mark_done(training=training)
    return "Обучението е проведено. Сега може да се издадат удостоверения."


def _off(training: Training) -> str:
    running.call_off(training=training)
    return "Обучението е отменено. Записаните с е-поща получават писмо."


def _reopened(training: Training) -> str:
    running.reopen(training=training)
    return "Обучението пак може да се променя."


def _invited(training: Training) -> str:
    count = enrolling.invite_all(training)
    if not count:
        raise TrainingRefused("Никой от записаните няма е-поща.")
    return f"Поканата се изпраща до {counted(count, PEOPLE)}."


def _cancelled(row: TrainingParticipant, moved: list[TrainingParticipant]) -> str:
    said = f"{row.trainee} се отказа."
    if moved:
        names = ", ".join(str(one.trainee) for one in moved)
        said += f" Мястото получава: {names}."
    return said


def _queue(training: Training) -> dict[int, int]:
    """Return whose turn it is among those who wait: the first has 1."""
    waiting = training.participants.filter(state=TrainingParticipant.State.WAITING)
    pks = waiting.order_by("pk").values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(pks, start=1)}


def _number(given) -> int:
    number = given.get("list", "1")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1


def _keys(sent: str) -> list[int]:
    parts = sent.split(",")[: enrolling.MOST_PEOPLE]
    return [int(p) for p in parts if p.isascii() and p.isdecimal() and len(p) <= 15]


def _marked(training: Training, sessions: list, request: HttpRequest) -> str:
    """Keep the sheet as it was sent; „всички“ of a column marks everybody in it."""
    people = _keys(request.POST.get("people", ""))
    everybody = request.POST.get("all", "")
    if not sessions:
        came = people if everybody else _keys(",".join(request.POST.getlist("came")))
        changed = attending.mark_whole(training=training, people=people, came=came)
        return f"Присъствието е записано. Променено е за {counted(changed, PEOPLE)}."
    marks = set()
    for sent in request.POST.getlist("m"):
        person, _dash, session = sent.partition("-")
        pair = _keys(f"{person},{session}")
        if len(pair) == 2:
            marks.add((pair[0], pair[1]))
    shown = {row.pk for row in sessions} & set(_keys(request.POST.get("sessions", "")))
    if everybody.isascii() and everybody.isdecimal() and len(everybody) <= 15:
        marks |= {(person, int(everybody)) for person in people}
    changed = attending.mark(training=training, people=people, sessions=shown, marks=marks)
    return f"Присъствието е записано. Променено е за {counted(changed, PEOPLE)}."


def _issued(training: Training, request: HttpRequest) -> str:
    certificates.refuse_early(training)
    if certificates.is_being_issued(training):
        return "Удостоверенията вече се изготвят."
    left = certificates.entitled(training)
    if not left:
        raise TrainingRefused("Всички, които имат право на удостоверение, вече го имат.")
    later(
        tasks.issue_certificates,
        municipality=training.municipality_id,
        training=training.pk,
        by=request.user.pk,
    )
    return f"Изготвят се {counted(len(left), 'удостоверение,удостоверения')}."
