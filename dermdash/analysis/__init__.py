"""From a study in the store to an answer: rows from the trial, then statistics."""
