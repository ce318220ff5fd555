"""What a report is kept as, before it is rendered: its file's name, its contents' digest."""

import hashlib
import re
import unicodedata
from datetime import datetime

from dermdash.reporting.assembly import report_studies
from dermdash.reporting.report import Format, Report
from dermdash.trial.renderings import Draft
from dermdash.trial.reports import StoredReport, get_report
from dermdash.trial.requests import canonical_json
from dermdash.trial.steps import last_step
from dermdash.trial.transaction import Transaction

LONGEST_PART = 60  # of a file's name


def draft_of(tx: Transaction, report_id: int, report: Report, kind: Format) -> Draft:
    """What a report that was assembled in this transaction is to be kept as."""
    stored = get_report(tx, report_id)
    studies = report_studies(tx, stored)
    return Draft(
        report_id=report_id,
        study_id=stored.study_id,
        studies=studies,
        title=stored.title,
        format=kind,
        file_name=file_name(report.studies[0], stored.title, report.made_at, kind),
        software=report.software,
        contents=contents_digest(stored),
        step=last_step(tx, studies),
    )


def contents_digest(report: StoredReport) -> str:
    """SHA-256, in hex, of a report's title and cards: words, questions and answers."""
    cards = [
        [
            *(card.title, card.comment, card.text, card.question),
            None if card.result is None else card.result.key.digest,
        ]
        for card in report.cards
    ]
    return hashlib.sha256(canonical_json([report.title, cards]).encode()).hexdigest()


def file_name(study: str, title: str, made_at: datetime, kind: Format) -> str:
    """A file's name of plain letters, which every system takes.

    >>> file_name("Crème Nº 5", "=cmd|'x'", datetime(2026, 3, 1), "pdf")
    'Creme-No-5-cmd-x-2026-03-01.pdf'
    >>> file_name("肌", "..", datetime(2026, 3, 1), "xlsx")
    'report-2026-03-01.xlsx'
    """
    parts = [part for part in (_plain(study), _plain(title)) if part]
    if len(parts) == 2 and parts[0].lower() in parts[1].lower():
        del parts[0]
    return "-".join([*(parts or ["report"]), f"{made_at:%Y-%m-%d}"]) + f".{kind}"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", letters)[:LONGEST_PART].strip("-")
