"""The reading protocol: seen, tried, changed with a reason."""

from dermdash.trial.database import Store
from dermdash.trial.protocols import current_protocol, protocol_versions
from dermdash.trial.schema import StudyRow
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import ADA


def test_a_change_says_what_it_needs_before_it_is_saved(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """A slip in a form would queue every scan of a study again."""
    app = open_page("data/studies.py")
    assert "layers 0 to 69 µm under the DEJ with a margin of 10 µm; 2 patches of 400 µm" in said(
        app
    )
    field = next(f for f in app.number_input if f.label.startswith("Slab"))
    field.set_value(60)
    app = press(app, "See what this needs")
    assert not app.exception
    words = said(app)
    assert "Version 2 would queue **5 gradings**; 0 are there already" in words
    assert "A score over 0 to 69 µm needs 70 µm" in words
    app = press(app, "Save version 2 and grade 5 scans")
    assert "changed without a reason" in said(app)
    with store.read() as tx:
        current = current_protocol(tx, full)
    assert current is not None
    assert current.version == 1
    next(f for f in app.text_input if f.label == "Why").set_value("upper dermis only")
    app = press(app, "Save version 2 and grade 5 scans")
    assert not app.exception
    assert "**Version 2**" in said(app)
    with store.read() as tx:
        versions = protocol_versions(tx, full)
    assert versions["reason"].tolist()[0] == "upper dermis only"
    assert versions["thickness_um"].tolist() == [60, 70]


def test_a_locked_study_keeps_its_protocol(open_page: OpenPage, full: int, store: Store) -> None:
    """Results would move after the data were locked."""
    with store.write(by=ADA) as tx:
        tx.session.get_one(StudyRow, full).state = "locked"
    app = open_page("data/studies.py")
    assert "The study is locked: its reading protocol stands." in said(app)
    assert "See what this needs" not in [b.label for b in app.button]
