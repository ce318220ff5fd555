"""A blinded study as a member meets it: nothing anywhere tells which arm is which."""

import json
import shutil
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from dermdash.identity import User
from dermdash.reporting.assembly import standard_report
from dermdash.reporting.tables import export_table
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store, open_store
from dermdash.trial.design import CONTROL_GREY
from dermdash.trial.jobs import enqueue, fail, take
from dermdash.trial.life import lock_data, unblind
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.reports import (
    add_card,
    add_text,
    ask_rendering,
    change_card,
    create_report,
    list_reports,
)
from dermdash.trial.results import ResultKey, keep_result, software_version
from dermdash.trial.saves import recent_saves
from dermdash.trial.scans import exclude_scan, scan_table
from dermdash.trial.schema import ArmRow, ScanRow
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    VisitSpec,
    create_study,
    get_study,
    set_subject,
)
from dermdash.trial.undo import undo_save
from tests.pages.conftest import ROOT, OpenPage, said
from tests.support.cli import Shell
from tests.support.crawl import crawl, navigation
from tests.support.paperwork import changes_question, do_jobs
from tests.support.studies import add_scan, grade_visits, write_small

CHIEF = User("Chief")
PRODUCT, CONTROL = "Zyxolin", "Qwertane"  # words that stand nowhere else
BASELINE = {"S1": 1.5, "S2": 1.8, "S3": 2.2, "S4": 1.6, "S5": 1.9, "S6": 2.4}
LATER = {"S1": 2.2, "S2": 2.4, "S3": 2.8, "S4": 1.7, "S5": 1.8, "S6": 2.4}

LOOKED_INTO = ("html", "xlsx", "zip")  # with every file that any format has


@pytest.fixture
def trial(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("DERMDASH_ADMINISTRATORS", "Chief")
    return make_trial(store, tmp_path)


def make_trial(store: Store, tmp_path: Path) -> int:
    """Six subjects, graded, with a locked plan and one excluded scan; not blinded yet."""
    with store.write(by=CHIEF) as tx:
        study = create_study(
            tx,
            name="Night cream",
            kind="before_after",
            arms=(ArmSpec(CONTROL, is_control=True), ArmSpec(PRODUCT)),
            visits=(VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)),
            sites=(SiteSpec("cheek"),),
        )
    for subject in BASELINE:
        arm = PRODUCT if subject in ("S1", "S2", "S3") else CONTROL
        for visit in ("D0", "D28"):
            add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
    grade_visits(store, {"D0": BASELINE, "D28": LATER})
    spoilt = add_scan(store, study, tmp_path, "S7", arm=PRODUCT)
    with store.write(by=CHIEF) as tx:
        tx.session.get_one(ScanRow, spoilt).file_name = f"{PRODUCT} 7.tif"
        exclude_scan(tx, spoilt, f"{PRODUCT} was taken for {CONTROL}")
        enqueue(tx, "store", "x", {}, study_id=study)
        (job,) = take(tx, 1, kinds=("store",))
        fail(tx, job.job_id, f"{PRODUCT} 8.tif is no volume")
        asked = {"control": CONTROL, "primary": (PRODUCT, CONTROL, "D28")}
        plan = replace(blank_plan(get_study(tx, study)), **asked, responder_threshold=0.3)
        lock_plan(tx, study, write_plan(tx, study, plan))
        key = ResultKey(study, {"arms": [PRODUCT, CONTROL]}, 1, "0" * 64, software_version())
        keep_result(tx, key, {"sentence": f"{PRODUCT} rose more than {CONTROL}"})
    with store.write(by=CHIEF) as tx:
        set_subject(tx, study, "S6", arm=PRODUCT)
    with store.write(by=CHIEF) as tx:  # a slip, and its undoing
        undo_save(tx, study, recent_saves(tx, study)[0])
        reasons = set(history(tx, limit=5)["reason"])
        assert f"undo: S6 arm {CONTROL} → {PRODUCT}" in reasons
    return study


@pytest.fixture
def blinded(store: Store, trial: int) -> int:
    return seal(store, trial)


@pytest.fixture(scope="module")
def told_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Sealed after a report that names the arms, and with one that speaks of them by code."""
    folder = tmp_path_factory.mktemp("told")
    with open_store(Settings(folder / "home", administrators=("Chief",))) as store:
        trial = make_trial(store, folder)
        with store.write(by=CHIEF) as tx:
            report_id = create_report(tx, trial, f"{PRODUCT} wins")
            card = add_card(tx, report_id, changes_question(trial), f"{PRODUCT} against {CONTROL}")
            change_card(tx, card, comment=f"{CONTROL} did nothing")
            add_text(tx, report_id, f"{CONTROL} loses", f"All that {PRODUCT} did")
        do_jobs(store, "card")
        with store.write(by=CHIEF) as tx:
            ask_rendering(tx, report_id, "html")
        do_jobs(store, "report")
        seal(store, trial)
        with store.write(by=CHIEF) as tx:
            report_id = standard_report(tx, trial)
        do_jobs(store, "card")
        with store.write(by=CHIEF) as tx:
            for kind in LOOKED_INTO:
                ask_rendering(tx, report_id, kind)
        do_jobs(store, "report")
    return folder / "home", trial


@pytest.fixture
def told(home: Path, told_home: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> int:
    """A copy of it, to be asked for before the store is opened."""
    made, trial = told_home
    shutil.copytree(made, home)
    monkeypatch.setenv("DERMDASH_ADMINISTRATORS", "Chief")
    return trial


def seal(store: Store, trial: int) -> int:
    """The control, made first, is B."""
    with store.write(by=CHIEF) as tx:
        seal_arms(tx, trial, seed=next(filter(puts_second_first, range(20))))
        order = select(ArmRow.name).where(ArmRow.study_id == trial).order_by(ArmRow.id)
        assert tx.session.scalars(order).all() == ["B", "A"]
    return trial


def puts_second_first(seed: int) -> bool:
    return Random(seed).sample(["A", "B"], 2) == ["B", "A"]


def test_a_member_finds_no_arm_on_any_page_and_in_no_file(told: int, store: Store) -> None:
    """One forgotten corner unblinds a trial that took two years."""
    for folder in ("", PRODUCT):  # whoever laid the files there may have named them by their arm
        write_small(store.settings.home / "inbox" / folder / f"S8_D0_{CONTROL}.tif")
    with store.read() as tx:
        scan = str(scan_table(tx, told)["scan_id"][0])
    assert set(navigation()) == {
        str(path.relative_to(ROOT / "pages")) for path in (ROOT / "pages").rglob("*.py")
    }
    heard = crawl(name="Bo", queries={"data/scan.py": {"scan": scan}})
    for word in (PRODUCT, CONTROL, "is_control"):
        assert not heard.tells(word), word
    grey = [place for place in heard.tells(CONTROL_GREY) if not place.endswith(".html")]
    assert not grey, "the library of figures in a web page has all colours"
    tabs = {place.partition(" > ")[2] for place in heard.said}
    assert {
        "Along depth",
        "Classes",
        "Subjects",
        "Responders",
        "Checks",
        "Sensitivity",
        "Code",
        "Claims",
        "Rendered",
    } <= tabs
    assert len(heard.files) > 25, "downloads were looked into"
    assert sum(map(len, heard.charts.values())) > 12
    drawn = [
        colours_of(place, json.loads(chart))
        for place, charts in heard.charts.items()
        for chart in charts
    ]
    assert sum(map(bool, drawn)) > 4, "charts that name the arms were looked into"
    endings = {name.rpartition(".")[2] for name in heard.files}
    assert endings >= set(LOOKED_INTO), "rendered reports were looked into"
    for name, content in heard.files.items():
        for word in (PRODUCT, CONTROL):
            assert not inside(content, word), name


def inside(content: bytes, word: str) -> bool:
    """Whether a word stands in a file, or in a file of its archive."""
    wanted = word.lower().encode()
    if not zipfile.is_zipfile(BytesIO(content)):
        return wanted in content.lower()
    with zipfile.ZipFile(BytesIO(content)) as folder:
        return any(
            wanted in name.lower().encode() or inside(folder.read(name), word)
            for name in folder.namelist()
        )


def test_each_card_of_a_blinded_report_speaks_in_codes(
    told: int, open_page: OpenPage, store: Store
) -> None:
    """One card of fifteen would tell which arm is which."""
    with store.read() as tx:
        by_code, by_name = list_reports(tx, told)
    assert [card.state for card in by_name.cards] == ["sealed", "answered"]
    app = open_page("results/reports.py", name="Bo")
    n_drawn = 0
    for report in (by_code, by_name):
        app.selectbox(key=f"report_{told}").set_value(report.report_id).run()
        for card in report.cards:
            app.button(key=f"choose_card_{card.card_id}").click().run()
            assert not app.exception
            nodes = [node for node in app._tree if getattr(node, "proto", None) is not None]
            shown = b"".join(node.proto.SerializeToString() for node in nodes).lower()
            for word in (PRODUCT, CONTROL, CONTROL_GREY):
                assert word.lower().encode() not in shown, (card.title, word)
            n_drawn += len(app.get("plotly_chart"))
    assert n_drawn > 5, "figures were looked into"


def colours_of(place: str, chart: dict[str, Any]) -> list[str]:
    """The arms that a chart names: in the order of their codes, in the colours of these."""
    named = [trace for trace in chart["data"] if (trace.get("name") or "")[:2] in ("A ", "B ")]
    codes = [trace["name"][0] for trace in named]
    assert codes == sorted(codes), place
    for code, trace in zip(codes, named, strict=True):
        own = json.dumps({part: trace.get(part) for part in ("line", "marker", "fillcolor")})
        assert {"A": "#e69f00", "B": "#0072b2"}[code] not in own.lower(), (place, code)
    return codes


def test_commands_and_tables_speak_in_codes(
    store: Store, blinded: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page is blinded, and the command beside it prints the arms."""
    run = Shell(tmp_path / "home", capsys)
    compared = run("compare", "--study", "Night cream", "--json")
    told = run("compare", "--study", "Night cream").out + compared.out + compared.err
    for level in ("subject", "layer", "patch"):
        out = tmp_path / f"{level}.csv"
        told += run("export", "--study", "Night cream", "--level", level, "-o", out).out
        told += out.read_text()
    guesses = [
        run("compare", "--study", "Night cream", "--control", guess).err.replace(guess, "?")
        for guess in (PRODUCT, CONTROL, "Vitamin")
    ]
    assert len(set(guesses)) == 1
    assert guesses[0]
    for word in (PRODUCT, CONTROL, "is_control"):
        assert word not in told
    assert json.loads(compared.out)["plan"]["control"] is None
    with store.read() as tx:
        assert set(export_table(tx, blinded)["arm"]) == {"A", "B"}


def test_an_import_by_a_member_is_refused_alike_for_right_and_wrong(
    store: Store, blinded: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table tried out line by line would say which subject is in which arm."""
    run = Shell(tmp_path / "home", capsys)
    said = set()
    for arm in (PRODUCT, CONTROL, "Vitamin"):
        table = tmp_path / "scans.csv"
        row = f"S1_D0_cheek.tif,S1,{arm},D0,cheek,15"
        table.write_text(f"path,subject_id,arm,visit,site,dej_um\n{row}\n")
        answer = run("import", table, "--study", "Night cream", "--json")
        assert answer.status != 0
        said.add((answer.out + answer.err).replace(arm, "?"))
    assert len(said) == 1
    with store.read() as tx:
        assert [arm.name for arm in get_study(tx, blinded).arms] == ["A", "B"]


def test_results_by_code_are_not_planned_and_say_why(open_page: OpenPage, blinded: int) -> None:
    """A reader would take the codes' order for treatment against control."""
    app = open_page("results/before_after.py", name="Bo")
    words = said(app)
    assert "BLINDED" in str([badge for badge in words.splitlines() if "BLINDED" in badge])
    assert "the plan's question is answered after unblinding" in words
    assert "EXPLORATORY" in words
    assert app.dataframe[0].value["Difference"].tolist() == ["A − B"]


def test_all_of_it_comes_back_after_unblinding(
    open_page: OpenPage, store: Store, blinded: int
) -> None:
    """What was hidden would be lost: the plan, its control, the colours, the history."""
    with store.write(by=CHIEF) as tx:
        lock_data(tx, blinded)
        unblind(tx, blinded)
    app = open_page("results/before_after.py", name="Bo")
    assert "PLANNED" in said(app)
    assert app.dataframe[0].value["Difference"].tolist() == [f"{PRODUCT} − {CONTROL}"]
    told = said(open_page("data/studies.py", name="Bo"))
    assert "UNBLINDED" in told
    with store.read() as tx:
        study = get_study(tx, blinded)
        assert [(arm.name, arm.is_control) for arm in study.arms] == [
            (CONTROL, True),
            (PRODUCT, False),
        ]
        assert study.arms[0].colour == CONTROL_GREY
        assert f"{PRODUCT} 7.tif" in set(scan_table(tx, blinded)["file_name"])
