"""Each format of a report of 36 subjects and of 500: seconds, peak memory, and how both grow."""

import multiprocessing
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.measure import Measure
from dermdash.reporting.blocks import Attachment, Content, Paragraph
from dermdash.reporting.report import FORMATS, Format, Report, render
from tests.support.reports import sample_report

FEW, MANY = 36, 500
LINEAR = 17.0  # times: 13.9 as many subjects, and a fifth for the noise of a shared machine
LAYERS = 70
REPEATS = 3
OF_WHOM = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def reports() -> Iterator[Measure]:
    """A process a format and size, so that each has its own peak; imports are not counted."""
    for kind in FORMATS:
        few, few_mb = _rendered(kind, FEW)
        many, many_mb = _rendered(kind, MANY)
        yield Measure(f"{kind}, {FEW} subjects", few, "s")
        yield Measure(f"{kind}, {MANY} subjects", many, "s")
        yield Measure(f"{kind}, time of {MANY} / {FEW}", many / few, "times", at_most=LINEAR)
        yield Measure(f"{kind}, peak memory of {MANY}", many_mb, "MB")
        yield Measure(f"{kind}, peak memory of {MANY} / {FEW}", many_mb / few_mb, "times")


def report_of(n: int) -> Report:
    """A table of n subjects, and the 70 layers of each as data that travels with it."""
    subjects = [f"S-{number:03d}" for number in range(n)]
    layers = pd.DataFrame(
        {
            "subject_id": np.repeat(subjects, LAYERS),
            "depth_um": np.tile(np.arange(LAYERS), n),
            "expected_grade": np.linspace(1, 4, n * LAYERS),
        }
    )
    report = sample_report(rows=n)
    data = Content(
        "Layers",
        "A row a subject and layer.",
        (
            Paragraph("A row a subject and layer.", "lead"),
            Attachment("layers", layers, "One row a subject and layer."),
        ),
    )
    return replace(report, contents=(*report.contents, data))


def _rendered(kind: Format, n: int) -> tuple[float, float]:
    """Median seconds, and the peak of the process and its largest child in MB."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_render, kind, n).result()


def _render(kind: Format, n: int) -> tuple[float, float]:
    report = report_of(n)
    render(report_of(2), kind)
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        render(report, kind)
        taken.append(time.perf_counter() - start)
    peaks = [resource.getrusage(of).ru_maxrss for of in OF_WHOM]
    return median(taken), sum(peaks) / 1024
