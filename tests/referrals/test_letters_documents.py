"""Letters, copies and protocols as PDF: they open, are tagged, and say the right Bulgarian."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pypdf
import pytest
import typst
from django.apps import apps
from django.utils import timezone

from municipalities import typeset
from municipalities.tenancy import municipality_scope
from municipalities.uploads import PATH, PrivateStorage
from projects.visibility import project_behind
from referrals.letters import texts
from referrals.letters.writing import copy_of, preview, protocol_of, write
from referrals.models import Application, ApplicationEvent, Attachment, Letter, Letterhead
from tests.factories import UserFactory
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
    NormFactory,
    PrivacyNoticeFactory,
)
from tests.factories_people import PersonFactory
from tests.factories_projects import FundingSourceFactory, ProgrammeFactory, ProjectFactory

EVIL = [
    '#panic("спри")',
    "#read(\"/etc/passwd\") #import \"x.typ\": *",
    "*получер* _курсив_ = Заглавие",
    "$x^2$ $ невярна",
    "@препратка <етикет>",
    "[[ ] [ ]]",
    "\\ \\u{41} \\#",
    "// коментар /* и още */",
    '"кавичка\' „друга“',
    "{{ request.user }} {% now %}",
    "<script>alert(1)</script> &amp;",
    "- точка\n+ номер\n/ термин: x",
    "`код` ```rust x```",
    "~ -- --- ...",
]  # fmt: skip


@pytest.fixture
def application(sliven):
    return ApplicationFactory(municipality=sliven)


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        yield


def read(pdf: bytes) -> tuple[pypdf.PdfReader, str]:
    """Return the document and its text; where lines break says nothing."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return reader, plain(text)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200b", "")).strip()


def written(application, **facts) -> Letter:
    said = {
        "application": application, "kind": "answer", "by": UserFactory(), "form_key": uuid.uuid4(),
        "recipient": "Пенка Измислена", "recipient_address": "ул. „Роза“ 5", "subject": "Отговор",
        "body": "Уважаема госпожо,\n\nОтговаряме ви.",
    }  # fmt: skip
    return write(**{**said, **facts})


def bytes_of(letter: Letter) -> bytes:
    with PrivateStorage().open(letter.path) as file:
        return file.read()


def draft_of(application, **facts) -> bytes:
    said = {"recipient": "Пенка", "recipient_address": "", "subject": "Отговор", "body": "Да."}
    return preview(
        **{"application": application, "by": UserFactory(), "kind": "answer"}, **said | facts
    )


def document(application, which: str) -> bytes:
    made = {"copy": copy_of, "protocol": protocol_of, "preview": draft_of}.get(which)
    return made(application) if made else bytes_of(written(application))


# All of them


@pytest.mark.parametrize("which", ["copy", "protocol", "letter", "preview"])
def test_each_opens_is_tagged_and_says_that_it_is_for_everybody(scope, application, which):
    reader, text = read(document(application, which))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"].startswith("bg")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Пенка" not in reader.metadata.title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert "ОБЩИНА СЛИВЕН" in text
    assert re.search(r"стр\. 1 от \d", text)
    assert "CreationDate" not in str(reader.metadata)


@pytest.mark.parametrize("evil", EVIL)
def test_whatever_was_typed_is_text(scope, application, evil):
    need = f"Преди {evil} след"
    Application.objects.filter(pk=application.pk).update(need=need, applicant_name=evil)
    application.refresh_from_db()
    for pdf in (
        copy_of(application),
        protocol_of(application),
        draft_of(application, body=need, recipient=evil, subject=plain(evil)),
    ):
        _reader, text = read(pdf)
        # A list marker at the beginning of a line is drawn as one.
        said = plain(re.sub(r"(?m)^- ", "", need))
        assert said in text or plain(need) in text


def test_signs_that_no_font_has_stand_as_boxes_and_break_nothing(scope, application):
    Application.objects.filter(pk=application.pk).update(
        need="Здравейте 😀 漢字 \u202eкраят\u202c \ufeffи ръка 👨‍👩‍👧. שלום"
    )
    application.refresh_from_db()
    _reader, text = read(copy_of(application))
    assert "Здравейте □ □□" in text
    assert "краят" in text
    assert "отбелязани знаци" in text


def test_what_no_document_can_hold_is_dropped(scope, application):
    _reader, text = read(draft_of(application, body="а\x00б\x07в\ud800г\ufffeд\ue000е"))
    assert "абвгде" in text


def test_a_broken_template_says_so():
    with pytest.raises(typst.TypstError):
        typeset.render("letter.typ", {"title": "Без данни"})


def test_long_words_and_long_texts_stay_on_the_page(scope, application):
    Application.objects.filter(pk=application.pk).update(need="ш" * 1000 + " " + "дума " * 599)
    application.refresh_from_db()
    reader, text = read(copy_of(application))
    assert len(reader.pages) >= 2
    assert "ш" * 1000 in text.replace(" ", "")
    longest = max(len(line) for page in reader.pages for line in page.extract_text().splitlines())
    assert longest < 2 * 120  # with the places where a word may break


def test_empty_lines_do_not_make_pages(scope, application):
    Application.objects.filter(pk=application.pk).update(need="а" + "\r\n" * 1990 + "б")
    application.refresh_from_db()
    assert len(read(copy_of(application))[0].pages) == 1


# A letter


def test_a_letter_says_who_to_whom_about_what_and_under_which_number(scope, sliven, application):
    Letterhead.objects.create(
        municipality=sliven, signer_title="Кмет на община Сливен", signer_name="Иван Измислен",
        address="гр. Сливен, бул. „Цар Освободител“ 1", phone="044 611 100",
    )  # fmt: skip
    letter = written(application, body="Уважаема госпожо,\n\nНужни са:\n- акт\n– решение")
    _reader, text = read(bytes_of(letter))
    for words in (
        f"Изх. № {letter.number} / {timezone.localdate():%d.%m.%Y} г.",
        "До Пенка Измислена ул. „Роза“ 5",
        "Относно: Отговор",
        "– акт – решение",
        "КМЕТ НА ОБЩИНА СЛИВЕН",
        "(Иван Измислен)",
        "бул. „Цар Освободител“ 1",
        "тел. 044 611 100",
        f"Изготвил: {letter.made_by.name}",
    ):
        assert words in text
    assert "ПРОЕКТ" not in text


def test_a_preview_has_no_number_and_says_that_it_is_a_draft(scope, application):
    _reader, text = read(draft_of(application))
    assert "ПРОЕКТ" in text
    assert "ИЗХ-" not in text
    assert not Letter.objects.exists()


def test_a_letter_is_kept_as_it_was_made(scope, sliven, application):
    letter = written(application)
    before = bytes_of(letter)
    Letterhead.objects.create(municipality=sliven, signer_title="Друг кмет")
    assert bytes_of(letter) == before
    assert letter.size == len(before)
    assert PATH.fullmatch(letter.path)
    assert letter.data["subject"] == "Отговор"
    assert "<svg" not in str(letter.data)


def test_the_same_form_sent_twice_is_one_letter(scope, application):
    key = uuid.uuid4()
    assert written(application, form_key=key).pk == written(application, form_key=key).pk
    assert Letter.objects.count() == 1
    assert ApplicationEvent.objects.filter(kind="letter").count() == 1


def test_numbers_go_on_without_gaps_when_a_letter_fails(scope, application, monkeypatch):
    first = written(application)
    with monkeypatch.context() as patched:
        patched.setattr(typeset, "render", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            written(application)
    second = written(ApplicationFactory(municipality=application.municipality))
    year = timezone.localdate().year
    assert [first.number, second.number] == [f"ИЗХ-{year}-000001", f"ИЗХ-{year}-000002"]


def test_the_file_of_a_letter_that_fails_is_not_left_behind(scope, application, monkeypatch):
    kept = []
    save = PrivateStorage.save
    monkeypatch.setattr(
        PrivateStorage,
        "save",
        lambda self, name, content: kept.append(save(self, name, content)) or kept[-1],
    )
    monkeypatch.setattr("referrals.workflow.make", lambda *_given, **_facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(application)
    assert kept
    assert not PrivateStorage().exists(kept[0])


def test_only_a_verified_basis_is_printed(scope, sliven, application):
    norm = NormFactory(municipality=sliven, code="answer", legal_basis="чл. 77 от пробния закон")
    assert texts.basis_of(application, "answer").is_verified is False
    assert "чл. 77" not in read(draft_of(application))[1]
    norm.is_verified = True
    norm.save()
    assert "Правно основание: чл. 77 от пробния закон" in read(draft_of(application))[1]


def test_without_a_norm_the_basis_is_that_of_the_kind(scope, sliven):
    kind = ApplicationKindFactory(municipality=sliven, legal_basis="чл. 5", is_verified=True)
    application = ApplicationFactory(municipality=sliven, kind=kind)
    assert texts.basis_of(application, "answer") == texts.Basis("чл. 5", is_verified=True)
    assert texts.basis_of(application, "forward") == texts.Basis("", is_verified=False)


def test_a_refusal_says_how_it_is_appealed(scope, application):
    _reader, text = read(draft_of(application, appeal="Може да се обжалва пред съда."))
    assert "Може да се обжалва пред съда." in text


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("", []),
        ("А\r\nБ\r\n\r\nВ", [("p", "А\nБ"), ("p", "В")]),
        ("Нужно:\n- едно\n• две\nУви", [("p", "Нужно:"), ("list", ["едно", "две"]), ("p", "Уви")]),
        ("\n\n \n", []),
    ],
)  # fmt: skip
def test_typed_text_becomes_paragraphs_and_lists(typed, made):
    got = [(block["kind"], block.get("text", block.get("items"))) for block in texts.blocks(typed)]
    assert got == made


# The Union beside the office


def test_the_union_stands_where_its_money_pays(scope, sliven, application):
    assert "Европейския съюз" not in read(copy_of(application))[1]
    ProjectFactory(municipality=sliven, programme=of_the_union(), eu_statement="cofinanced")
    reader, text = read(copy_of(application))
    assert "Съфинансирано от Европейския съюз" in text
    assert alternatives(reader) == ["Знаме на Европейския съюз"]


def of_the_union():
    return ProgrammeFactory(name="Програма с фонд", eu_fund="Европейски социален фонд плюс")


def alternatives(reader: pypdf.PdfReader) -> list[str]:
    """Return the words that stand for the pictures of a document."""
    found, left = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while left:
        node = left.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if not isinstance(node, dict):
            continue
        if "/Alt" in node:
            found.append(str(node["/Alt"]))
        below = node.get("/K", [])
        below = below.get_object() if hasattr(below, "get_object") else below
        left += below if isinstance(below, list) else [below]
    return found


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, True),
        ({"is_public": False}, False),
        ({"starts_on": dt.date(2027, 1, 1)}, False),
        ({"starts_on": dt.date(2023, 4, 1), "duration_months": 24}, True),
        ({"starts_on": dt.date(2015, 4, 1), "duration_months": 24}, False),
        ({"ends_on": dt.date(2021, 11, 22)}, True),
        ({"ends_on": dt.date(2021, 11, 21)}, False),
    ],
)
def test_which_project_counts(scope, sliven, facts, counts):
    start = {"starts_on": None, "duration_months": None, "ends_on": None, "is_public": True}
    project = ProjectFactory(municipality=sliven, programme=of_the_union(), **{**start, **facts})
    found = project_behind(sliven, dt.date(2026, 11, 22))
    assert found == (project if counts else None)


def test_a_project_of_other_money_does_not_count(scope, sliven):
    project = ProjectFactory(municipality=sliven, programme__eu_fund="")
    today = timezone.localdate()
    assert project_behind(sliven, today) is None
    FundingSourceFactory(municipality=sliven, project=project, source="esf_plus")
    assert project_behind(sliven, today) == project


def test_nor_one_of_another_municipality(scope, sliven, elena):
    ProjectFactory(municipality=elena, programme=of_the_union())
    assert project_behind(sliven, timezone.localdate()) is None


def test_fonts_for_the_statement_are_the_operators(settings, tmp_path):
    settings.FONTS_DIR = str(tmp_path / "няма")
    assert typeset.statement_fonts() == []
    settings.FONTS_DIR = ""
    assert typeset.statement_fonts() == []


# The citizen's copy and the protocol


def test_the_copy_says_all_that_was_stated(scope, sliven):
    person = PersonFactory(municipality=sliven, egn="7523169263")
    notice = PrivacyNoticeFactory(municipality=sliven, version=3)
    paper = KindPaperFactory(municipality=sliven, name="Решение на ТЕЛК")
    application = ApplicationFactory(
        municipality=sliven, kind=paper.kind, person=person, notice=notice, email="p@example.bg",
        on_behalf="child", applicant_name="Мария Майчина", applicant_right="акт за раждане",
        answers=[
            {"question": 1, "label": "Сам ли живеете?", "value": "Да"},
            {"question": 2, "label": "Какво ви е трудно?", "value": ["Пазар", "Хигиена"]},
            {"question": 3, "label": "Друго?", "value": ""},
        ],
    )  # fmt: skip
    Attachment.objects.create(
        municipality=sliven, application=application, paper=paper, name="telk.pdf", size=20480,
        content_type="application/pdf", path=f"{sliven.pk}/{'0' * 32}", is_signed=True,
    )  # fmt: skip
    _reader, text = read(copy_of(application))
    for words in (
        application.number,
        "през портала",
        application.kind.statement,
        "изпратено без подпис",
        "За детето си",
        "Пенка Измислена",
        "Мария Майчина",
        "акт за раждане",
        "p@example.bg",
        "Трудно ми е сама вкъщи.",
        "Сам ли живеете? Да",
        "Какво ви е трудно? Пазар, Хигиена",
        "Друго? не е посочено",
        "telk.pdf (Решение на ТЕЛК)",
        "подписан с КЕП",
        "версия 3",
    ):
        assert plain(words) in text, words
    assert "7523169263" not in text
    assert "ЕГН" not in text


def test_the_copy_of_what_was_confirmed_does_not_ask_for_it(scope, application):
    Application.objects.filter(pk=application.pk).update(confirmed_at=timezone.now())
    application.refresh_from_db()
    assert "без подпис" not in read(copy_of(application))[1]


@pytest.mark.parametrize("answers", [{}, "низ", [1, None, {"value": 3}], [{"label": None}]])
def test_answers_of_any_shape_break_no_copy(scope, application, answers):
    Application.objects.filter(pk=application.pk).update(answers=answers)
    application.refresh_from_db()
    assert application.number in read(copy_of(application))[1]


def test_what_was_stated_stays_when_the_kind_is_reworded(scope, application):
    before, after = application.kind.statement, "Заявявам нещо друго."
    # All rows of history that triggers make in one test bear one time.
    later = apps.get_model("referrals", "ApplicationKindHistory").objects.get()
    later.pk, later.statement = None, after
    later.pgh_created_at = timezone.now() + dt.timedelta(hours=1)
    later.save(force_insert=True)
    for made in (copy_of, protocol_of):
        _reader, text = read(made(application))
        assert before in text
        assert after not in text
    application.registered_at += dt.timedelta(hours=2)
    assert after in read(copy_of(application))[1]


def test_papers_ticked_at_the_desk_are_no_answers(scope, sliven):
    paper = KindPaperFactory(municipality=sliven, name="Епикриза")
    ticked = {
        "question": None, "paper": paper.pk, "label": "Документ: Епикриза", "value": "приет"
    }  # fmt: skip
    application = ApplicationFactory(municipality=sliven, kind=paper.kind, answers=[ticked])
    _reader, text = read(copy_of(application))
    assert "Документи, показани в офиса Документ Какво стана с него Епикриза приет" in text
    assert "Въпроси и отговори" not in text
    _reader, text = read(protocol_of(application))
    assert "☒ Епикриза: приет" in text
    assert "☐" not in text


def test_the_signature_does_not_stand_on_a_page_by_itself(scope, application):
    for paragraphs in range(10, 16):
        body = "\n\n".join(["Дълъг абзац. " * 40] * paragraphs)[:8000]
        reader, _text = read(draft_of(application, body=body))
        if len(reader.pages) > 1 and "КМЕТ" in reader.pages[-1].extract_text():
            assert "Дълъг" in reader.pages[-1].extract_text()


def test_the_protocol_says_who_said_what_to_whom(scope, sliven):
    person = PersonFactory(municipality=sliven, egn="7523169263")
    paper = KindPaperFactory(municipality=sliven, name="Лична карта", is_for_reference=True)
    KindPaperFactory(municipality=sliven, kind=paper.kind, name="Акт", only_for=["child"])
    user = UserFactory(name="Стефка Служителска")
    application = ApplicationFactory(
        municipality=sliven, kind=paper.kind, person=person, channel="oral", registered_by=user
    )
    _reader, text = read(protocol_of(application))
    for words in (
        "Протокол за устно заявено желание",
        f"Вх. № {application.number}",
        "пред Стефка Служителска (устно на място)",
        application.kind.statement,
        "Трудно ми е сама вкъщи.",
        "☐ Лична карта (само за справка)",
        "Заявил",
        "Приел",
        "(подпис)",
    ):
        assert plain(words) in text, words
    assert "Акт" not in text
    assert "7523169263" not in text
    assert "••••••••63" in text
