"""How a study's files are named, kept with it."""

from dermdash.trial.parts import study_row
from dermdash.trial.transaction import Transaction


def set_name_pattern(tx: Transaction, study_id: int, pattern: str) -> None:
    """Keep the pattern by which files of this study are read, as ``ui.naming`` understands it."""
    study_row(tx, study_id).name_pattern = " ".join(pattern.split()) or None
    tx.session.flush()
