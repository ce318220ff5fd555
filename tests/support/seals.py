"""Seals whose codes are known beforehand."""

from random import Random


def swapping_seed() -> int:
    """A seed by which the second of two arms is A, and the first B."""
    return next(seed for seed in range(20) if Random(seed).sample(["A", "B"], 2) == ["B", "A"])
