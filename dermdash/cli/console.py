"""What a command says: one JSON object or plain lines on standard output, the rest on error."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import typer


def answer(result: Mapping[str, object], *, as_json: bool, text: str) -> None:
    """Print the result: one JSON object and nothing else, or the text for people."""
    typer.echo(json.dumps(result, allow_nan=False) if as_json else text)


def say(sentence: str) -> None:
    """Print one line on standard error."""
    typer.echo(" ".join(sentence.split()), err=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; call what it yields with (done, total)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Left())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
