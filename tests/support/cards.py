"""Cards asked of a store, and what they say, to be compared with what pages say."""

import json
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dermdash.analysis.planned import Asked
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import read_volume
from dermdash.reporting.blocks import Attachment, Bullets, Content, Figure, Paragraph, Table
from dermdash.reporting.cards.question import Question
from dermdash.reporting.cards.source import Source
from dermdash.reporting.stored_blocks import content_to_json
from dermdash.trial.database import Store
from dermdash.trial.scans import NewScan, store_scan
from tests.support.studies import ADA, write_small

CHANGES = Asked("expected_grade", over_visits=True)
GROUPS = Asked("expected_grade", over_visits=False, visit="D28")


def read(store: Store, question: Question) -> Any:
    """What a card is answered from, as another process gets it."""
    with store.read() as tx:
        inputs = question.read(Source(tx))
    sent = pickle.loads(pickle.dumps(inputs))
    assert sent.digest == inputs.digest
    return sent


def answer(store: Store, question: Question) -> Content:
    """The card, as a job answers it."""
    content: Content = question.answer(read(store, question))
    return content


def said(content: Content, style: str | None = None) -> str:
    """All its paragraphs, or those of one style."""
    return "\n".join(
        one.text for one in content.of(Paragraph) if style is None or one.style == style
    )


def table(content: Content, caption: str) -> Table:
    """The one table whose caption begins so."""
    found: Sequence[Table] = [one for one in content.of(Table) if one.caption.startswith(caption)]
    assert len(found) == 1, [one.caption for one in content.of(Table)]
    return found[0]


def figure(content: Content, draw: str) -> Figure:
    """The first figure that is drawn so."""
    return next(one for one in content.of(Figure) if one.draw == draw)


def files(content: Content) -> dict[str, Attachment]:
    """Attachments by their names, which are all unlike."""
    found = {one.name: one for one in content.of(Attachment)}
    assert len(found) == len(content.of(Attachment))
    return found


def words_of(content: Content) -> str:
    """What a card says in sentences and points."""
    return " ".join(
        one.text if isinstance(one, Paragraph) else " ".join(one.items)
        for one in content.blocks
        if isinstance(one, Paragraph | Bullets)
    )


def kept(content: Content) -> str:
    """The card as text, as it is kept."""
    return json.dumps(content_to_json(content), allow_nan=False, ensure_ascii=False)


def add_replicate(
    store: Store, study_id: int, folder: Path, subject: str, *, arm: str, visit: str
) -> int:
    """A second scan of a subject, at the same visit and site."""
    seed = int.from_bytes(f"{study_id}{subject}{visit}again".encode(), "big") % 99_991
    path = write_small(folder / f"{subject}_{visit}_again.tif", seed=seed)
    volume = read_volume(path)
    new = NewScan(
        subject_id=subject,
        arm=arm,
        visit=visit,
        site="cheek",
        replicate=2,
        dej=Dej.plane(15.0),
        dej_source="manual",
        reading=volume.reading,
        file_name=path.name,
        spacing_source=volume.spacing_source,
    )
    stored = store.vault.store_file(path)
    with store.write(by=ADA) as tx:
        return store_scan(tx, study_id, stored, new, shape=volume.shape).scan_id
