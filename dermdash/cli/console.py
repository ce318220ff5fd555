"""What a command says: one JSON object or plain lines on standard output, the rest on error."""

import json
import signal
import threading
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
    """A bar on standard error, from the first time that (done, total) is told to what it yields."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))

    def show(done: int, total: int) -> None:
        if not bar.tasks:
            bar.add_task(label)
            bar.start()
        bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield show
    finally:
        if bar.tasks:
            bar.stop()


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, for work that ends by itself; a second one breaks off.

    Breaking off at any line would leave a process that is just being started without what it
    needs to know, and that one's traceback in the terminal.
    """
    stop = threading.Event()

    def ask(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
    if stop.is_set():
        raise KeyboardInterrupt
