"""The questionnaire of a study: one page, nobody's name, once for each form."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from campaigns.studies.answering import PURPOSE, answer, find_by_token
from campaigns.studies.errors import StudyRefused
from campaigns.studies.models import Study, StudyQuestion
from campaigns.studies.questions import QuestionnaireForm, places_of
from campaigns.studies.views import public_study
from municipalities.links import without_traces
from municipalities.models import Municipality
from municipalities.signed_links import municipality_of
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit

# Of one network address: a club, a school or a whole village hall is behind one.
ANSWERS = Limit("study_questionnaire", amount=300, seconds=3600)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(
    request: HttpRequest, obshtina: str, slug: str, token: str = ""
) -> HttpResponseBase:
    """The questions of a study that everybody may answer, or of the one whose link this is.

    A study that is not there, not published, or that only a link opens is the same 404; a link that
    opens nothing gets one same page.
    """
    if token:
        municipality = municipality_of(obshtina, token, PURPOSE)
        if municipality is None:
            return without_traces(_gone(request))
        return without_traces(_in_scope(request, municipality, slug, token))
    study = public_study(obshtina, slug)
    if study.token_hash:
        raise Http404
    return without_traces(_in_scope(request, study.municipality, slug, ""))


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "campaigns/studies/questionnaire_none.html", status=404)


def _in_scope(
    request: HttpRequest, municipality: Municipality, slug: str, token: str
) -> HttpResponse:
    with municipality_scope(municipality):
        study = find_by_token(slug, token) if token else Study.objects.filter(slug=slug).first()
        if study is None:
            return _gone(request)
        study.municipality = municipality
        context = {"study": study, "municipality": municipality, "is_by_link": bool(token)}
        if request.method != "POST" and "gotovo" in request.GET:
            return render(request, "campaigns/studies/questionnaire_done.html", context)
        if not study.is_open:
            status = 409 if request.method == "POST" else 200
            page = "campaigns/studies/questionnaire_closed.html"
            return render(request, page, context, status=status)
        return _asked(request, study, context)


def form_of(study: Study, *args, is_paper: bool = False) -> QuestionnaireForm:
    """Return the form of the study's questions, in two queries; in the study's scope."""
    questions = list(study.questions.order_by("order", "pk"))
    has_places = any(q.form == StudyQuestion.Form.SETTLEMENT for q in questions)
    places = places_of(study.municipality) if has_places else []
    return QuestionnaireForm(questions, *args, places=places, is_paper=is_paper)


def _asked(request: HttpRequest, study: Study, context: dict) -> HttpResponse:
    page = "campaigns/studies/questionnaire.html"
    if request.method != "POST":
        return render(request, page, context | {"form": form_of(study)})
    if ANSWERS.is_reached(request):
        return render(request, "429.html", status=429)
    form = form_of(study, request.POST)
    if form.is_valid():
        ANSWERS.count(request)
        try:
            answer(study=study, form_key=form.cleaned_data["form_key"], given=form.given())
        except StudyRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(f"{request.path}?gotovo=1")
    return render(request, page, context | {"form": form}, status=422)
