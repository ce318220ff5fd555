"""Dermal quality from LC-OCT volumes: imaging, grading, trials, results."""

__version__ = "0.1.0"
