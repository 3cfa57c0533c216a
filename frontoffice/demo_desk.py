"""What stands around the invented consultations: tasks, notes, relatives, templates of notes."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from frontoffice.dossier.models import PersonNote, PersonRelation
from frontoffice.dossier.notes import add_note
from frontoffice.dossier.relations import add_relation
from frontoffice.followups.following import close_follow_up, create_follow_up, hand_over
from frontoffice.identifiers import IdentifierKind
from frontoffice.models import FollowUp, Person
from frontoffice.people import create_person
from frontoffice.preferences.setting import save_template, set_policy
from municipalities.models import Membership

# (days from today, what, number of the person or None)
TASKS = (
    (-4, "Да се провери дошло ли е решението на ТЕЛК", 1),
    (-1, "Обаждане за липсващото удостоверение", 2),
    (0, "Да се потвърди часът за посещение у дома", 0),
    (1, "Обаждане до дневния център за свободно място", 3),
    (3, "Среща със семейството", 4),
    (6, "Да се подготвят листове за изнесената приемна", None),
    (12, "Проверка дали помощта вкъщи е започнала", 0),
)
TEMPLATES = (
    ("обяд", "Обяснен е редът за топъл обяд: документи, срок и къде се подава заявлението."),
    ("телк", "Чака решение на ТЕЛК. Уговорихме се да дойде с него."),
    ("оценка", "Обяснено е какво следва: предварителна оценка, после насочване към услуга."),
    ("документи", "Даден е списък с документите. Ще ги донесе при следващото идване."),
)
REASONS = ("Обади се по телефона", "Дойде на място", "По сигнал", "Подготовка на среща")


def load(*, specialist: Membership, head: Membership, people: list[Person]) -> None:
    """Fill the desk of one municipality; to be called inside its scope."""
    today = timezone.localdate()
    rows = []
    for days, title, number in TASKS:
        task, _is_new = create_follow_up(
            membership=specialist,
            form_key=uuid.uuid4(),
            title=title,
            due_on=today + dt.timedelta(days=days),
            person=people[number] if number is not None else None,
        )
        rows.append(task)
    done, _is_new = create_follow_up(
        membership=specialist,
        form_key=uuid.uuid4(),
        title="Изпратен лист с услуги за хора с увреждания",
        due_on=today - dt.timedelta(days=2),
        person=people[0],
    )
    close_follow_up(
        done, membership=specialist, state=FollowUp.State.DONE, outcome="получи го по пощата"
    )
    given, _is_new = create_follow_up(
        membership=head,
        form_key=uuid.uuid4(),
        title="Да се отговори на кмета на кметството за възрастна жена",
        due_on=today + dt.timedelta(days=2),
    )
    hand_over(given, membership=head, to=specialist.user, note="Ти познаваш случая.")
    _around(specialist, people)
    for word, text in TEMPLATES:
        save_template(membership=head, template=None, word=word, text=text, for_all=True)
    set_policy(municipality=head.municipality, reasons=list(REASONS))


def _around(specialist: Membership, people: list[Person]) -> None:
    """Notes, somebody close, and one person written down twice."""
    first, second, third, *_rest = people
    add_note(
        membership=specialist,
        person=first,
        form_key=uuid.uuid4(),
        text="Предпочита да се говори с дъщеря ѝ. Чува по-добре с дясното ухо.",
        is_pinned=True,
    )
    add_note(
        membership=specialist,
        person=second,
        form_key=uuid.uuid4(),
        text="Вечер не вдига телефона, звънете до обяд.",
        visibility=PersonNote.Visibility.HEAD,
    )
    facts = {"basis": "", "valid_until": None, "note": "", "is_representative": False}
    add_relation(
        membership=specialist,
        person=first,
        form_key=uuid.uuid4(),
        other=None,
        **{
            **facts,
            "kind": PersonRelation.Kind.CHILD,
            "name": "Дъщеря Измислена",
            "phones": "0880000125",
            "email": "",
            "is_representative": True,
            "basis": "пълномощно № 0 от 01.03.2026",
        },
    )
    add_relation(
        membership=specialist,
        person=third,
        form_key=uuid.uuid4(),
        other=second,
        **{**facts, "kind": PersonRelation.Kind.NEIGHBOUR, "name": "", "phones": "", "email": ""},
    )
    create_person(
        membership=specialist,
        form_key=uuid.uuid4(),
        identifier_kind=IdentifierKind.NONE,
        given_name=third.given_name,
        family_name=third.family_name,
        phones=third.phones,
        settlement=third.settlement,
    )
