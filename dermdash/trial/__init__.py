"""Who was scanned, when, and what is kept: the only room with SQL."""
