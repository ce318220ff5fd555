"""What a rendered report is called and known by, whatever people name their studies."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.reporting.drafts import contents_digest, file_name
from dermdash.trial.reports import StoredCard, StoredReport
from dermdash.trial.results import ResultKey, StoredResult
from tests.support.reports import NASTY

AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*-2026-03-01\.pdf")
KEY = ResultKey(1, {"card": "changes", "asked": {}}, None, "0" * 64, "dermdash")
ASKED = StoredCard(
    1, 1, "Change", "", {"card": "changes"}, "", StoredResult(KEY, {}, "ada", AT), "answered"
)
WORDS = StoredCard(2, 2, "Why", "", None, "To know.", None, "answered")
REPORT = StoredReport(1, 1, "Board", "ada", AT, (ASKED, WORDS))


@pytest.mark.parametrize("name", NASTY)
def test_a_hostile_name_makes_a_harmless_file(name: str) -> None:
    """Lost: a download that a shell, a mail program or Windows reads as something else."""
    assert PLAIN.fullmatch(file_name(name, name, AT, "pdf"))


@given(study=st.text(max_size=80), title=st.text(max_size=80))
def test_every_name_makes_a_plain_file_of_one_folder(study: str, title: str) -> None:
    made = file_name(study, title, AT, "pdf")
    assert PLAIN.fullmatch(made)
    assert len(made) <= 140
    assert Path(made).name == made


def test_a_study_is_named_once() -> None:
    assert file_name("Night cream", "Report of Night cream", AT, "zip") == (
        "Report-of-Night-cream-2026-03-01.zip"
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(REPORT, title="Another"),
        replace(REPORT, cards=(WORDS, ASKED)),
        replace(REPORT, cards=(ASKED,)),
        replace(REPORT, cards=(replace(ASKED, title="Other"), WORDS)),
        replace(REPORT, cards=(replace(ASKED, comment="But."), WORDS)),
        replace(REPORT, cards=(ASKED, replace(WORDS, text="To tell."))),
        replace(REPORT, cards=(replace(ASKED, result=None), WORDS)),
        replace(
            REPORT,
            cards=(
                replace(
                    ASKED,
                    result=StoredResult(replace(KEY, data_digest="1" * 64), {}, "ada", AT),
                ),
                WORDS,
            ),
        ),
    ],
)
def test_other_contents_have_another_digest(other: StoredReport) -> None:
    """Lost: whether two files were made of the same cards."""
    assert contents_digest(other) != contents_digest(REPORT)
    assert contents_digest(replace(REPORT, report_id=9, author="bo")) == contents_digest(REPORT)
