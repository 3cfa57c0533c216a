"""The work list of referring; its lines on „Днес“, on a person's page, in a merge."""

import datetime as dt

import pytest
from django.utils import timezone

from frontoffice.dossier.merging import merge_people, undo_merge
from municipalities.models import AccessEvent
from municipalities.tenancy import municipality_scope
from referrals.models import AssessmentEvent, NeedsAssessment, Referral, ReferralEvent
from tests.factories import ServiceFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.referrals.test_desk_list import find, text, words_of
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db

LIST = "/rabotno-myasto/nasochvaniya/"
DESK = "/rabotno-myasto/"
DAY = dt.timedelta(days=1)


def keys(answer) -> list[str]:
    return [case.key for case in answer.context["cases"]]


@pytest.fixture
def cases(sliven, specialist, colleague):
    """One of each kind of row, by the tab that is about it."""
    today = timezone.localdate()
    mine = {"municipality": sliven, "owner": specialist.user}
    theirs = {"municipality": sliven, "owner": colleague.user}
    made = {
        "late": AssessmentFactory(**theirs, due_on=today - 2 * DAY),
        "providers": ReferralFactory(**mine, state="sent", due_on=today + 1 * DAY),
        "urgent": AssessmentFactory(
            **theirs, is_urgent=True, urgent_reason="сам", follow_up_on=today + 2 * DAY,
            due_on=today + 30 * DAY,
        ),
        "review": AssessmentFactory(**theirs, state="review", due_on=today + 3 * DAY),
        "offered": ReferralFactory(**theirs, state="offered", due_on=today + 4 * DAY),
        "accepted": ReferralFactory(**mine, state="accepted", due_on=today + 5 * DAY),
        "paused": AssessmentFactory(**mine, due_on=today - 9 * DAY, paused_on=today - 10 * DAY),
        "waiting": ReferralFactory(**theirs, state="waiting"),
        "started": ReferralFactory(**mine, state="started"),
        "declined": ReferralFactory(**mine, state="declined"),
        "chosen": ReferralFactory(**mine, state="chosen"),
    }  # fmt: skip
    return {
        name: f"{'n' if isinstance(row, Referral) else 'o'}{row.pk}" for name, row in made.items()
    }


ORDER = ["late", "providers", "urgent", "review", "offered", "accepted", "paused", "waiting"]


def test_each_tab_has_its_rows_in_the_order_of_their_days(cases, specialist):
    expected = {
        "all": ORDER,
        "mine": ["providers", "accepted", "paused"],
        "late": ["late"],
        "urgent": ["urgent"],
        "review": ["review"],
        "assessments": ["late", "urgent", "review", "paused"],
        **{name: [name] for name in ("providers", "offered", "accepted", "waiting", "started")},
    }
    for tab, names in expected.items():
        answer = specialist.get(LIST, {"vid": tab})
        assert keys(answer) == [cases[name] for name in names], tab
    counts = {one["label"]: one["count"] for one in answer.context["tabs"]}
    assert counts["Всички"] == len(ORDER)
    assert counts["При мен"] == 3
    assert counts["Закъснели"] == 1
    closed = keys(specialist.get(LIST, {"vid": "closed"}))
    assert cases["declined"] in closed
    assert cases["chosen"] not in closed, "a choice is part of its assessment"


def test_a_row_says_where_it_is_and_by_when_to_act(cases, specialist):
    page = text(specialist.get(LIST, {"vid": "all"}))
    for words in ("закъснява с 2 дни", "остава 1 ден", "спешен", "спрян", "без срок",
                  "при доставчика", "чака от"):  # fmt: skip
        assert words in page, words
    assert "закъснява с 9" not in page


def test_found_by_number_name_and_telephone_and_the_address_does_not_say_what(sliven, specialist):
    person = PersonFactory(
        municipality=sliven, given_name="Вяра", family_name="Горанова", phones="0899555444"
    )
    with municipality_scope(sliven):
        done = AssessmentFactory(municipality=sliven, person=person, done=True, number_seq=777)
        first, second = (
            ReferralFactory(municipality=sliven, assessment=done, ordinal=n, state="ended")
            for n in (1, 2)
        )
        AssessmentFactory(municipality=sliven)
        done.application.phones = "0899555444"
        done.application.save()
    all_three = {f"o{done.pk}", f"n{first.pk}", f"n{second.pk}"}
    for question in (done.number, "777", done.application.number, "горанова вяра", "0899 555 444"):
        assert set(keys(find(specialist, question, LIST))) == all_three, question
    answer = find(specialist, f"{done.number}/2", LIST)
    assert f"n{first.pk}" not in keys(answer)
    assert f"n{second.pk}" in keys(answer)
    assert keys(find(specialist, "няма такъв", LIST)) == []


@pytest.mark.parametrize("question", ["(", "%", "/", "/2", "9" * 100, "² 3", "a-1-2/٣", "1/999999"])
def test_any_question_is_answered(cases, specialist, question):
    assert find(specialist, question, LIST).status_code == 200


@pytest.mark.parametrize(
    "params",
    [{"vid": "\x00"}, {"usluga": "\x00"}, {"dostavchik": "9" * 40}, {"u": "x"}, {"page": "-1"},
     {"page": "9" * 30}, {"t": "x" * 300}],
)  # fmt: skip
def test_a_wrong_address_is_answered(cases, specialist, params):
    assert specialist.get(LIST, params).status_code == 200
    assert specialist.post(LIST, {"q": "\x00"}).status_code == 422


def test_filters_narrow_and_stay_in_the_links(cases, sliven, specialist, colleague):
    service = ServiceFactory(municipality=sliven, status="published", slug="grizha")
    with municipality_scope(sliven):
        row = ReferralFactory(municipality=sliven, service=service, state="sent")
    for params in ({"usluga": "grizha"}, {"dostavchik": str(service.provider_id)}, {"u": "0"}):
        answer = specialist.get(LIST, {"vid": "all", **params})
        assert keys(answer) == [f"n{row.pk}"], params
        assert all(next(iter(params)) in one["href"] for one in answer.context["tabs"])
    of_colleague = keys(specialist.get(LIST, {"vid": "all", "u": str(colleague.user.pk)}))
    names = ("late", "urgent", "review", "offered", "waiting")
    assert of_colleague == [cases[name] for name in names]


def test_another_municipality_sees_none_of_it(cases, elena_specialist):
    for tab in ("all", "closed"):
        assert keys(elena_specialist.get(LIST, {"vid": tab})) == []


def test_taken_out_with_names_by_the_head_only_and_kept_on_record(cases, specialist, head, sliven):
    mine = specialist.post(f"{LIST}iznos/", {"vid": "all"})
    theirs = head.post(f"{LIST}iznos/", {"vid": "all"})
    assert "Измислена" not in words_of(mine)
    assert "Измислена" in words_of(theirs)
    kept = [one for one in rows_of(sliven, AccessEvent) if one.action == "exported"]
    assert [one.rows for one in kept] == [len(ORDER), len(ORDER)]
    assert sorted(one.reason.endswith("с имена") for one in kept) == [False, True]


def test_the_list_asks_the_same_number_of_queries(sliven, specialist, queries):
    def make(count):
        with municipality_scope(sliven):
            for _n in range(count):
                AssessmentFactory(municipality=sliven, owner=specialist.user)
                ReferralFactory(municipality=sliven, state="waiting", owner=specialist.user)

    queries.assert_same(specialist, f"{LIST}?vid=all", make, name="referring/caseload")
    queries.assert_same(specialist, DESK, make, name="referring/today")


# „Днес“


def figures(client) -> dict[str, int]:
    return {one.name: one.count for one in client.get(DESK).context["day"].figures}


def answered(row, who: str = "provider", ago: int = 0) -> None:
    ReferralEvent.objects.create(
        municipality=row.municipality, referral=row, kind="accepted" if who == "provider" else
        "note", who=who, at=timezone.now() - ago * DAY,
    )  # fmt: skip


def test_today_counts_what_somebody_has_to_do(cases, specialist, head):
    mine, theirs = figures(specialist), figures(head)
    assert mine["cases-mine"] == 3
    assert (mine["cases-late"], mine["cases-offers"]) == (0, 0)
    assert "cases-review" not in mine
    assert (theirs["cases-review"], theirs["cases-all-late"]) == (1, 1)
    page = text(specialist.get(DESK))
    assert "Оценки и насочвания при мен" in page


def test_an_answer_is_new_until_the_desk_does_something_or_a_week_passes(sliven, specialist):
    with municipality_scope(sliven):
        new, followed, old = (
            ReferralFactory(municipality=sliven, state="accepted", owner=specialist.user)
            for _n in range(3)
        )
        for row in (new, followed):
            answered(row)
        answered(followed, who="specialist")
        answered(old, ago=8)
        # Of one that was declined there is news too, though nothing of it is open any more.
        declined = ReferralFactory(municipality=sliven, state="declined", owner=specialist.user)
        answered(declined)
    assert figures(specialist)["cases-answered"] == 2
    assert set(keys(specialist.get(LIST, {"vid": "answered"}))) == {
        f"n{new.pk}", f"n{declined.pk}"
    }  # fmt: skip


# A person


def test_a_persons_page_tells_of_the_steps_and_a_merge_moves_the_rows(specialist, sliven):
    kept, merged = (PersonFactory(municipality=sliven) for _n in range(2))
    with municipality_scope(sliven):
        assessment = AssessmentFactory(municipality=sliven, person=merged, done=True)
        referral = ReferralFactory(municipality=sliven, assessment=assessment, state="sent")
        AssessmentEvent.objects.create(
            municipality=sliven, assessment=assessment, kind="done", who="head"
        )
        answered(referral)
        ReferralEvent.objects.create(
            municipality=sliven, referral=referral, kind="note", words="вътрешна", who="head"
        )
        merge = merge_people(membership=specialist.membership, kept=kept, merged=merged)
    page = text(specialist.get(f"/rabotno-myasto/hora/{kept.pk}/?vid=nasochvane"))
    for words in ("Оценката е изготвена", assessment.number, "Доставчикът прие",
                  referral.service.name):  # fmt: skip
        assert words in page, words
    assert "вътрешна" not in page
    with municipality_scope(sliven):
        assert {NeedsAssessment.objects.get().person_id, Referral.objects.get().person_id} == {
            kept.pk
        }
        undo_merge(merge, membership=specialist.membership)
        assert Referral.objects.get().person_id == merged.pk
