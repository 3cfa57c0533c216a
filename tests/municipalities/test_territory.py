"""Territory files: what is refused and how it is said, what is loaded, what a second load does."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from municipalities import reference, territory_file
from municipalities.models import Municipality, Province, Settlement
from municipalities.territory import KINDS, TerritoryError, check, import_table, read_table
from municipalities.territory_file import COLUMNS

NATIONAL = settings.BASE_DIR.parent / "shared" / "territory" / "settlements.csv"
HEADER = "ekatte,kind,name,name_en,municipality,postcode,longitude,latitude,population_2013"
SLIVEN = "67338,гр.,Сливен,Sliven,SLV20,8800,26.322869,42.681654,89723"
KERMEN = "36779,гр.,Кермен,Kermen,SLV20,8870,26.257216,42.508005,1671"


@pytest.fixture
def ground(db):
    """The project's own tables, loaded."""
    return reference.import_bundled()


def table(*rows, header=HEADER):
    return read_table(io.BytesIO("\n".join([header, *rows]).encode()))


def faults_of(*rows, parents=("SLV20",)):
    return [str(fault) for fault in check(table(*rows), dict.fromkeys(parents)).faults]


def remarks_of(*rows):
    checked = check(table(*rows), {"SLV20": None})
    assert not checked.faults
    return [str(remark) for remark in checked.remarks]


def with_value(column, value, row=SLIVEN):
    values = row.split(",")
    values[COLUMNS["settlements"].index(column)] = value
    return ",".join(values)


# The project's own tables


def test_bundled_tables_hold_the_country_and_the_first_five(ground):
    assert Province.objects.count() == 28
    assert Municipality.objects.count() == 265
    assert Settlement.objects.count() == 241
    assert [len(report.created) for report in ground] == [28, 265, 241]
    assert not any(report.remarks for report in ground)


def test_bundled_tables_agree_with_one_another(ground):
    for municipality in Municipality.objects.filter(settlements__isnull=False).distinct():
        settlements = {s.ekatte: s for s in municipality.settlements.all()}
        assert municipality.centre_ekatte in settlements
        total = sum(settlement.population_2013 for settlement in settlements.values())
        assert total == municipality.population_2013, municipality


def test_the_first_five_have_the_addresses_others_rely_on(ground):
    codes = dict(Municipality.objects.values_list("slug", "code"))
    five = {slug: codes[slug] for slug in ("sliven", "dolni-chiflik", "aytos", "svoge", "elena")}
    assert five == {
        "sliven": "SLV20",
        "dolni-chiflik": "VAR13",
        "aytos": "BGS01",
        "svoge": "SFO43",
        "elena": "VTR13",
    }


def test_municipalities_of_one_name_have_addresses_of_their_own(ground):
    slugs = Municipality.objects.filter(name="Бяла").order_by("code").values_list("slug", flat=True)
    assert list(slugs) == ["byala-ruse", "byala-varna"]


def test_same_name_in_the_same_province_falls_back_to_the_code(ground):
    header = ",".join(COLUMNS["municipalities"])
    import_table(
        table("SLV98,Елена,Elena,SLV,67338,1", "SLV99,Елена,Elena,SLV,67338,1", header=header)
    )
    slugs = (
        Municipality.objects.filter(name="Елена").order_by("code").values_list("slug", flat=True)
    )
    assert list(slugs) == ["elena-sliven-slv98", "elena-sliven-slv99", "elena"]


# Loading again


def test_second_load_changes_nothing(ground):
    for report in reference.import_bundled():
        assert (report.created, report.changes, report.missing) == ([], [], [])
        assert report.unchanged == report.total


def test_load_leaves_what_the_portal_itself_keeps(ground):
    kept = {"slug": "nov-sliven", "is_active": True, "website": "https://sliven.example.bg/"}
    Municipality.objects.filter(code="SLV20").update(name="Друго име", **kept)
    reference.import_bundled()
    assert Municipality.objects.values(*kept, "name").get(code="SLV20") == {
        **kept,
        "name": "Сливен",
    }


def test_start_does_not_undo_a_newer_list(ground):
    Settlement.objects.filter(ekatte="67338").update(population_2013=80_000)
    Settlement.objects.filter(ekatte="30257").delete()
    lines = list(reference.load())
    assert Settlement.objects.get(ekatte="67338").population_2013 == 80_000
    assert Settlement.objects.filter(ekatte="30257").exists()
    assert lines == [
        "Области: нови 0, налични 28",
        "Общини: нови 0, налични 265",
        "Населени места: нови 1, налични 240, от тях 1 се различават и са оставени",
    ]


def test_what_changed_is_reported_by_column_and_example(ground):
    report = import_table(
        table(with_value("name", "Сливен-град"), with_value("postcode", "8871", KERMEN))
    )
    lines = list(report.lines())
    assert lines[0] == "Населени места: 2 (нови 0, променени 2, без промяна 0)"
    assert lines[1] == "  Променено по колони: name – 1, postcode – 1"
    assert lines[2] == "    67338 Сливен-град, name: „Сливен“ → „Сливен-град“"
    assert lines[3].endswith(" Кермен, postcode: „8870“ → „8871“")
    assert Settlement.objects.get(ekatte="67338").name == "Сливен-град"


def test_rows_only_in_the_database_are_reported_and_stay(ground):
    report = import_table(table(SLIVEN))
    assert len(report.missing) == 240
    assert "В базата, но не и във файла: 240 (не се изтриват)" in "\n".join(report.lines())
    assert Settlement.objects.count() == 241


def test_an_empty_cell_does_not_erase_what_is_known(ground):
    report = import_table(table(with_value("postcode", "")))
    assert report.changes == []
    assert Settlement.objects.get(ekatte="67338").postcode == "8800"


def test_number_of_queries_does_not_grow_with_the_file(ground):
    def queries(size, first):
        rows = [with_value("ekatte", f"{number:05}") for number in range(first, first + size)]
        prepared = table(*rows)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_table(prepared)
        return len(captured)

    assert queries(5, 100) == queries(500, 1000)


def test_national_list_loads_and_loads_again(ground, django_assert_max_num_queries):
    if not NATIONAL.exists():
        pytest.skip(f"the national list is not at {NATIONAL}: nothing to load")
    with NATIONAL.open("rb") as file:
        national = read_table(file)
    assert len(national.rows) == 5284
    with django_assert_max_num_queries(15):
        first = import_table(national)
    assert first.total == Settlement.objects.count() == 5273  # eleven places are written twice
    assert first.unchanged == 241  # the project's own rows are the same facts
    assert first.missing == []
    second = import_table(national)
    assert (second.created, second.changes) == ([], [])
    assert Settlement.objects.get(ekatte="21193").municipality.code == "VID33"


# Files that are refused


def test_every_fault_of_a_file_is_named_at_once(ground):
    rows = [
        KERMEN.replace("36779", "ABC"),
        with_value("postcode", "88"),
        ",".join(["00151", "кв.", "", "Айтос", "SLV99", "", "48.1", "много", "-1"]),
        "1,2,3",
    ]
    with pytest.raises(TerritoryError) as refusal:
        import_table(table(*rows))
    places = [str(fault).split(":")[0] for fault in refusal.value.faults]
    assert places == [
        "ред 2, колона ekatte",
        "ред 3, колона postcode",
        "ред 4, колона kind",
        "ред 4, колона name",
        "ред 4, колона name_en",
        "ред 4, колона municipality",
        "ред 4, колона longitude",
        "ред 4, колона latitude",
        "ред 4, колона population_2013",
        "ред 5",
    ]


def test_nothing_is_half_loaded(ground):
    rows = [with_value("ekatte", f"{number:05}") for number in range(100, 2200)]
    with pytest.raises(TerritoryError):
        import_table(table(*rows, with_value("population_2013", "двама")))
    assert Settlement.objects.count() == 241


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("ekatte", "", "ЕКАТТЕ е пет цифри, а тук е празно."),
        (
            "ekatte",
            "151",
            "ЕКАТТЕ е пет цифри, а тук е „151“. Вероятно Excel е махнал водещите нули.",
        ),
        ("ekatte", "٠٠١٥١", "ЕКАТТЕ е пет цифри, а тук е „٠٠١٥١“."),
        ("kind", "хутор", "видът е гр., с., ман., а тук е „хутор“."),
        ("name", "", "името е празно."),
        ("name", "=1+1", "името се пише с български букви, а тук е „=1+1“."),
        ("name", "Я" * 81, f"81 знака са твърде много, най-много 80: „{'Я' * 39}…“."),
        ("name", "Сли\x00вен", "недопустим знак U+0000 в „Сли[U+0000]вен“."),
        ("name", "Сли\u202eвен", "недопустим знак U+202E в „Сли[U+202E]вен“."),
        ("name_en", "Сливен", "името се пише с латински букви, а тук е „Сливен“."),
        ("municipality", "SLV99", "няма община с код „SLV99“."),
        (
            "municipality",
            "сливен",
            "кодът на община е три главни латински букви и две цифри, а тук е „сливен“.",
        ),
        ("postcode", "88000", "пощенският код е четири цифри, а тук е „88000“."),
        (
            "longitude",
            "42.68",
            "„42.68“ е извън България (22.3–28.7). Изглежда дължината и ширината са разменени.",
        ),
        ("longitude", "", "липсва, а latitude е дадена."),
        ("latitude", "NaN", "очакват се градуси като 42.681667, а тук е „NaN“."),
        ("population_2013", "-1", "очаква се цяло число, нула или повече, а тук е „-1“."),
        ("population_2013", "99999999", "99999999 жители са твърде много."),
    ],
)
def test_a_bad_value_is_named_with_row_column_and_reason(column, value, why):
    assert faults_of(KERMEN, with_value(column, value)) == [f"ред 3, колона {column}: {why}"]


def test_a_municipality_stands_in_the_province_of_its_code():
    header = ",".join(COLUMNS["municipalities"])
    rows = table("SLV20,Сливен,Sliven,VAR,67338,1", header=header)
    assert [str(fault) for fault in check(rows, {"VAR": None}).faults] == [
        "ред 2, колона province: община с код SLV20 не може да е в област VAR."
    ]


def test_one_code_for_two_places_is_a_fault():
    assert faults_of(SLIVEN, with_value("ekatte", "67338", KERMEN)) == [
        "ред 3, колона ekatte: кодът 67338 вече е даден на ред 2."
    ]


def test_settlements_before_municipalities_are_refused(db):
    with pytest.raises(TerritoryError, match="reference_data"):
        import_table(table(SLIVEN))


# Values that can still be read


def test_a_place_written_twice_keeps_the_later_figures_and_says_so():
    checked = check(table(SLIVEN, with_value("population_2013", "90000")), {"SLV20": None})
    assert [str(remark) for remark in checked.remarks] == [
        "ред 3, колона ekatte: същото място е и на ред 2; важи по-долният ред "
        "(различава се population_2013 „89723“ → „90000“)."
    ]
    assert checked.records["67338"][1]["population_2013"] == 90_000


@pytest.mark.parametrize(
    ("column", "value", "remark"),
    [
        ("postcode", "липсва", "„липсва“ е прочетено като „не е известен“."),
        ("postcode", "8800. Бележка", "от „8800. Бележка“ е взето само „8800“."),
        ("kind", "", "видът на населеното място не е даден."),
        ("name", "Сливeн", "в „Сливeн“ знакът „e“ е латинска буква."),
        ("name", "гр. Сливен", "видът е повторен в името; махнат е оттам."),
    ],
)
def test_a_dubious_value_is_read_with_a_remark(column, value, remark):
    assert remarks_of(with_value(column, value)) == [f"ред 2, колона {column}: {remark}"]


def test_spaces_decimal_comma_and_decomposed_letters_are_no_obstacle():
    header = HEADER.replace(",", ";")
    row = " 67338;с.;\u00a0Нови  \u0418\u0306ово ;;SLV20;;26,3;42,6;"
    checked = check(table(row, header=header), {"SLV20": None})
    assert not checked.faults
    record = checked.records["67338"][1]
    assert record["name"] == "Нови Йово"
    assert (record["longitude"], record["population_2013"]) == (Decimal("26.3"), None)


# Reading


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_common_ways_to_save_a_table_are_read(separator, encoding, line_end):
    text = line_end.join([HEADER, "", SLIVEN, KERMEN, ",,,,,,,,", ""]).replace(",", separator)
    rows = read_table(io.BytesIO(text.encode(encoding)))
    assert rows.kind == "settlements"
    assert [(row.number, row.values[2]) for row in rows.rows] == [(3, "Сливен"), (4, "Кермен")]


@pytest.mark.parametrize("kind", COLUMNS)
def test_kind_is_known_by_the_header_in_any_order_and_case(kind):
    header = ",".join(reversed(COLUMNS[kind])).upper()
    rows = read_table(io.BytesIO(f"{header},,\nедно\n".encode()))
    assert (rows.kind, set(rows.columns)) == (kind, set(COLUMNS[kind]))
    assert [str(fault) for fault in check(rows, {}).faults] == [
        f"ред 2: редът има 1 стойност, а колоните са {len(COLUMNS[kind])}."
    ]


def test_header_faults_are_all_named():
    header = HEADER.replace("postcode", "zip").replace("name_en", "name")
    with pytest.raises(TerritoryError) as refusal:
        table(SLIVEN, header=header)
    assert [str(fault) for fault in refusal.value.faults] == [
        "ред 1: липсва колона name_en.",
        "ред 1: липсва колона postcode.",
        "ред 1: колоната name е повторена.",
        "ред 1: непозната колона „zip“.",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Файлът е празен."),
        (b"\xef\xbb\xbf\r\n \r\n", "Файлът е празен."),
        (HEADER.encode(), "само заглавен ред"),
        (b"PK\x03\x04...", "книга на Excel"),
        (b"\xd0\xcf\x11\xe0", "книга на Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x01\x02" * 50, "не е текстов файл"),
        ("Име;Адрес\nа;б".encode(), "ред 1: непознат заглавен ред „Име, Адрес“"),
        (f'{HEADER}\n{KERMEN}\n"67338,гр.'.encode(), "ред 3: кавичките не са затворени"),
        (f"{HEADER}\n{'я' * 200_000}".encode(), "ред 2: кавичките не са затворени или стойността"),
        (
            f"{HEADER}\n{KERMEN}\n{SLIVEN}".encode().replace("л".encode(), b"\xd0"),
            "ред 3: повреден знак",
        ),
    ],
)
def test_what_is_not_a_territory_table_is_refused_with_the_reason(data, message):
    with pytest.raises(TerritoryError) as refusal:
        read_table(io.BytesIO(data))
    assert message in str(refusal.value)


def test_a_huge_file_is_refused_without_reading_it_all(monkeypatch):
    monkeypatch.setattr(territory_file, "MAX_BYTES", 1_000_000)
    file = io.BytesIO(b"a" * 3_000_000)
    with pytest.raises(TerritoryError, match="по-голям от 1 MB"):
        read_table(file)
    assert file.tell() == 1_000_001


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(territory_file, "MAX_ROWS", 10)
    with pytest.raises(TerritoryError, match="повече от 10 реда"):
        table(*[SLIVEN] * 10)


def read_and_check(data: bytes) -> None:
    """Fail with anything but the domain error."""
    try:
        rows = read_table(io.BytesIO(data))
    except TerritoryError:
        return
    checked = check(rows, {"SLV20": None, "SLV": None})
    assert len(checked.records) <= len(rows.rows)
    assert all(str(note) for note in [*checked.faults, *checked.remarks])


@hypothesis_settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    read_and_check(data)


@hypothesis_settings(deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    body=st.text(max_size=300),
    tail=st.binary(max_size=20),
)
def test_any_text_under_a_good_header_is_read_or_refused(kind, encoding, body, tail):
    text = f"{','.join(COLUMNS[kind])}\n{body}"
    read_and_check(text.encode(encoding, errors="ignore") + tail)


VALUES = st.text(max_size=12) | st.sampled_from(
    ["67338", "с.", "Сливен", "Sliven", "SLV20", "SLV", "8800", "26.3", "42,6", "0", "BG34", ""]
)


@hypothesis_settings(deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_any_cells_are_checked(kind, data):
    size = len(COLUMNS[kind])
    rows = data.draw(
        st.lists(st.lists(VALUES, min_size=size, max_size=size), min_size=1, max_size=4)
    )
    numbered = [territory_file.Row(number, row) for number, row in enumerate(rows, 2)]
    checked = check(
        territory_file.Table(kind, COLUMNS[kind], numbered), {"SLV20": None, "SLV": None}
    )
    good = {fault.row for fault in checked.faults}.isdisjoint(row.number for row in numbered)
    if good:
        for _number, record in checked.records.values():
            assert record.keys() == set(COLUMNS[kind])
            assert "\x00" not in "".join(map(str, record.values()))


# The command


def run(*args):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_territory", *map(str, args), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_command_without_a_file_loads_the_projects_own_tables(db):
    out, err = run()
    assert out.splitlines()[1] == "Общини: 265 (нови 265, променени 0, без промяна 0)"
    assert err.splitlines()[-1] == "100 %"
    assert Settlement.objects.count() == 241


def test_dry_run_writes_nothing(db):
    out, _err = run("--dry-run")
    assert "нови 265" in out
    assert out.splitlines()[-1] == "Проба: нищо не е записано."
    assert not Province.objects.exists()


def test_command_lists_fifty_faults_and_the_total(ground, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("\n".join([HEADER, *[with_value("postcode", "x")] * 60]), encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        run(path)
    lines = str(refusal.value).splitlines()
    assert refusal.value.returncode == 1
    assert lines[0] == "Нищо не е заредено: 60 грешки."
    assert lines[1].startswith("ред 2, колона postcode: ")
    assert (len(lines), lines[-1]) == (52, "… и още 10")


@pytest.mark.parametrize(("name", "why"), [("none.csv", "няма такъв файл"), ("", "това е папка")])
def test_command_says_why_a_file_cannot_be_read(db, tmp_path, name, why):
    with pytest.raises(CommandError, match=why):
        run(tmp_path / name)
