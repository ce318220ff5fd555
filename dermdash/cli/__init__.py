"""The corridor as commands: the same calls as the pages, for batches and scripts."""

import errno
import traceback
from collections.abc import Sequence

import typer
from typer import TyperException

from dermdash.cli import manifest, reports, results, store, validate, volumes
from dermdash.cli.console import say
from dermdash.errors import DermdashError

DONE, FAULT, REFUSED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    argv : the words after ``dermdash``; None takes them from the system

    0 is done; 2 is wrong use or bad input, with one sentence on standard error; 1 is a fault of
    the program, with its traceback.
    """
    try:
        return build_app()(argv, standalone_mode=False, prog_name="dermdash") or DONE
    except TyperException as wrong_use:
        say(_usage(wrong_use))
    except typer.Abort:
        say("stopped; nothing was changed")
    except DermdashError as refusal:
        say(str(refusal))
    except MemoryError:
        say("this machine has too little memory for that volume; use a larger one")
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            traceback.print_exc()
            return FAULT
        place = f" at {fault.filename}" if fault.filename else ""
        say(f"the disk refuses{place} ({fault.strerror}); make room, or allow writing there")
    except Exception:  # the outermost door: whatever came through is ours to mend
        traceback.print_exc()
        return FAULT
    return REFUSED


def build_app() -> typer.Typer:
    """All commands, by name."""
    app = typer.Typer(
        help="Dermal quality from LC-OCT volumes.",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.command("phantom")(volumes.phantom)
    app.command("grade")(volumes.grade)
    app.command("import")(manifest.import_manifest)
    app.command("work")(store.work)
    app.command("export")(store.export)
    app.command("compare")(results.compare)
    app.command("report")(reports.report)
    app.command("demo")(store.demo)
    app.command("backup")(store.backup)
    app.command("restore")(store.restore)
    app.command("validate")(validate.validate)
    return app


def _usage(wrong_use: TyperException) -> str:
    context = getattr(wrong_use, "ctx", None)
    command = context.command_path if context else "dermdash"
    what = wrong_use.format_message().rstrip(".") or "a command is missing"
    return f"{what}; {command} --help shows the use"
