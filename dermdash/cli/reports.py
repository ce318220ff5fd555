"""The command ``report``: a study's standard report as a file, made here and now."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from dermdash.cli.console import answer, progress, say
from dermdash.cli.options import AsJson, StudyName, existing_folder
from dermdash.cli.stores import filled, study_named
from dermdash.errors import InputError
from dermdash.settings import load_settings

if TYPE_CHECKING:
    from dermdash.reporting.report import Format


def report(
    *,
    study: StudyName,
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="FILE", help="The .pdf, .docx, .pptx, .html, .xlsx or .zip."
        ),
    ],
    title: Annotated[str | None, typer.Option(help="The report's title.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a study's standard report."""
    from dermdash.identity import system_user
    from dermdash.reporting.made_here import make_standard_report
    from dermdash.trial.database import open_store

    kind = _format(out)
    settings = filled(load_settings())
    _check_writable(out)
    with open_store(settings) as store, _progress() as show:
        with store.read() as tx:
            study_id = study_named(tx, study)
        made = make_standard_report(
            store, study_id, kind, by=system_user(), title=title, on_progress=show
        )
    _write_whole(out, made.content)
    if made.left_out:
        say(f"sections without an answer are left out: {', '.join(t for t, _ in made.left_out)}")
    answer(
        {
            "path": str(out),
            "format": kind,
            "title": made.rendering.title,
            "sha256": made.rendering.sha256,
            "bytes": made.rendering.bytes,
            "cards": made.n_cards,
            "left_out": [{"card": name, "reason": why} for name, why in made.left_out],
        },
        as_json=as_json,
        text=f"{out}: {made.rendering.title}, {made.n_cards} cards",
    )


def _format(out: Path) -> "Format":
    """The format that a file's ending names.

    Raises
    ------
    InputError
        It names none.
    """
    from dermdash.reporting.report import FORMATS

    kind = out.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        endings = ", ".join(f".{one}" for one in FORMATS)
        raise InputError(f"{out} ends as no report does; use one of {endings}")
    return kind


def _check_writable(out: Path) -> None:
    """Find out before anything is computed that a file cannot be written."""
    existing_folder(out)
    with _refusals(out):
        descriptor, probe = mkstemp(dir=out.absolute().parent, prefix=".report-")
        os.close(descriptor)
        Path(probe).unlink()


def _write_whole(out: Path, content: bytes) -> None:
    """Write a file that takes its name, and the place of what is there, once it is all there."""
    part = out.absolute().with_name(f".{out.name[:200]}.{uuid4().hex[:8]}.part")
    with _refusals(out):
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _refusals(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{out} cannot be written ({error.strerror}); make room, or name another place"
        ) from error


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar where somebody looks; a nightly job has nothing to say."""
    if sys.stderr.isatty():
        with progress("answering") as show:
            yield show
    else:
        yield lambda done, total: None
