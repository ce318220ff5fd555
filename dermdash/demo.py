"""The demo studies: synthetic volunteers whose scans are made and graded here and now.

*Photo-ageing* stands in for the cohorts of Breugnot 2023: three groups of 12 women with the
paper's ages and, as true quality of the phantoms, its means and standard deviations. *Firming
serum* stands in for a trial against placebo: a true effect in the upper dermis of the active arm
only, and what happens in trials: noise from visit to visit, withdrawals, an excluded scan. Its
analysis plan is locked before a scan is graded.

Nothing is written in: a job a scan makes its phantom, and the pipeline grades it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DesignError
from dermdash.identity import system_user
from dermdash.imaging.phantom.recipe import Recipe
from dermdash.trial.database import Store
from dermdash.trial.phantoms import PhantomScan, request_phantom
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import (
    ArmSpec,
    Kind,
    SiteSpec,
    VisitSpec,
    create_study,
    find_study,
    get_study,
)
from dermdash.trial.subjects import add_subject, set_subject
from dermdash.trial.transaction import Transaction

PHOTO_AGEING = "Photo-ageing"
FIRMING_SERUM = "Firming serum"
SITE = "cheek"
SHAPE = (148, 400, 400)  # one 400 um crop: small, so that both studies stand in minutes
DEPTH_UM = np.arange(70)
SEED = 2023


@dataclass(frozen=True, slots=True)
class DemoSubject:
    """A synthetic volunteer.

    baseline : true mean quality of the slab, 1 to 4
    withdrawn : the reason, for one who left; ``visits`` then ends early
    """

    code: str
    arm: str
    age: int
    baseline: float
    visits: tuple[str, ...]
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class DemoStudy:
    """A study to be made, its subjects and scans in the order in which they are made."""

    name: str
    kind: Kind
    arms: tuple[ArmSpec, ...]
    visits: tuple[VisitSpec, ...]
    subjects: tuple[DemoSubject, ...]
    scans: tuple[PhantomScan, ...]


def photo_ageing() -> DemoStudy:
    """Three cohorts of 12, as in Breugnot 2023, section 3.3.

    >>> study = photo_ageing()
    >>> len(study.subjects), study.subjects[0].code, len(study.scans[0].recipe.quality)
    (36, 'PA-01', 70)
    """
    rng = np.random.default_rng([SEED, 1])
    groups = (  # arm, ages, mean and SD of the quality, how it rises from the DEJ downwards
        ("young", (22, 32), 2.77, 0.33, -0.2),
        ("old, not photo-exposed", (62, 70), 2.04, 0.36, 0.15),
        ("old, photo-exposed", (62, 71), 1.68, 0.37, 0.3),
    )
    drawn = [
        (arm, rise, list(zip(_ages(rng, *ages), _around(rng, mean, sd), strict=True)))
        for arm, ages, mean, sd, rise in groups
    ]
    subjects: list[DemoSubject] = []
    scans: list[PhantomScan] = []
    for place in range(12):  # the groups in turn, so that each has profiles soon
        for arm, rise, volunteers in drawn:
            age, baseline = volunteers[place]
            number = len(subjects) + 1
            subject = DemoSubject(f"PA-{number:02d}", arm, age, baseline, ("D0",))
            subjects.append(subject)
            scans.append(_scan(subject, "D0", _along_depth(baseline, rise), seed=1000 + number))
    return DemoStudy(
        PHOTO_AGEING,
        "cohorts",
        tuple(ArmSpec(arm) for arm, *_ in groups),
        (VisitSpec("D0", 0, is_baseline=True),),
        tuple(subjects),
        tuple(scans),
    )


def firming_serum(*, seed: int = SEED, effect: float = 1.0) -> DemoStudy:
    """Placebo against active, 2 x 12 subjects at D0, D28 and D56.

    The true effect: up to +0.3 at D28 and +0.6 at D56 in the upper dermis of the active arm,
    fading out from 20 to 40 um under the DEJ. Each visit adds noise of SD 0.1 to the quality.

    seed : of allocation, subjects and noise; another one is another trial of the same kind
    effect : share of the true effect; 0 is a trial of a serum that does nothing

    >>> study = firming_serum()
    >>> len(study.scans), sum(subject.withdrawn is not None for subject in study.subjects)
    (69, 2)
    """
    rng = np.random.default_rng([seed, 2])
    arms = ("placebo", "active")
    effects = {"D0": 0.0, "D28": 0.3 * effect, "D56": 0.6 * effect}
    upper = 0.5 * (1 + np.cos(np.pi * np.clip((DEPTH_UM - 20) / 20, 0, 1)))
    withdrawals = {9: ("D28", "moved away"), 17: ("D0", "did not return")}
    allocation = np.concatenate([rng.permutation([0, 0, 1, 1]) for _ in range(6)])
    ages, baselines = _ages(rng, 45, 62, n=24), _around(rng, 2.2, 0.3, n=24)
    subjects, scans = [], []
    for number, (arm, age, baseline) in enumerate(
        zip(allocation, ages, baselines, strict=True), start=1
    ):
        last, reason = withdrawals.get(number, ("D56", None))
        visits = tuple(effects)[: list(effects).index(last) + 1]
        subject = DemoSubject(f"FS-{number:02d}", arms[arm], age, baseline, visits, reason)
        subjects.append(subject)
        for visit in visits:
            quality = _along_depth(baseline + rng.normal(0, 0.1), 0.15)
            quality = np.clip(quality + arm * effects[visit] * upper, 1, 4)
            seed = 2000 + 10 * number + list(effects).index(visit)
            excluded = "moved during the acquisition" if (number, visit) == (5, "D28") else None
            scans.append(_scan(subject, visit, quality, seed=seed, exclude_reason=excluded))
    return DemoStudy(
        FIRMING_SERUM,
        "before_after",
        (ArmSpec("placebo", is_control=True), ArmSpec("active")),
        tuple(
            VisitSpec(name, day, is_baseline=day == 0)
            for name, day in (("D0", 0), ("D28", 28), ("D56", 56))
        ),
        tuple(subjects),
        tuple(scans),
    )


def enqueue_demo(store: Store) -> list[int]:
    """Make the studies that are missing, ask for the scans that are missing; return the study ids.

    Asked again, it asks only for what is still missing.

    Raises
    ------
    DesignError
        A study of real scans has the name of a demo study.
    """
    ids = []
    for study in (photo_ageing(), firming_serum()):
        with store.write(by=system_user(), reason="demo") as tx:
            ids.append(study_id := _found_or_made(tx, study))
            stored = scan_table(tx, study_id)
            there = set(zip(stored["subject_id"], stored["visit"], strict=True))
            for scan in study.scans:
                if (scan.subject_id, scan.visit) not in there:
                    request_phantom(tx, study_id, scan)
    return ids


def _found_or_made(tx: Transaction, study: DemoStudy) -> int:
    found = find_study(tx, study.name)
    if found is not None:
        if not get_study(tx, found).synthetic:
            raise DesignError(
                f"{study.name} is a study of real scans in {tx.settings.home}; "
                "set DERMDASH_HOME to a folder of its own for the demo"
            )
        return found
    made = create_study(
        tx,
        name=study.name,
        kind=study.kind,
        synthetic=True,
        arms=study.arms,
        visits=study.visits,
        sites=(SiteSpec(SITE),),
    )
    for subject in study.subjects:
        add_subject(tx, made, subject.code, arm=subject.arm, covariates={"age": subject.age})
        if subject.withdrawn:
            set_subject(tx, made, subject.code, status="withdrawn", reason=subject.withdrawn)
    if study.kind == "before_after":
        _lock_plan(tx, made)
    return made


def _lock_plan(tx: Transaction, study_id: int) -> None:
    """The active arm against placebo at the last visit, then at the one before."""
    study = get_study(tx, study_id)
    treated, control = (
        next(a.name for a in study.arms if a.is_control is c) for c in (False, True)
    )
    *_, before, last = (visit.name for visit in study.visits)
    plan = replace(
        blank_plan(study),
        primary=(treated, control, last),
        key_secondary=((treated, control, before),),
        responder_threshold=0.5,
    )
    lock_plan(tx, study_id, write_plan(tx, study_id, plan))


def _scan(
    subject: DemoSubject,
    visit: str,
    quality: NDArray[np.float64],
    *,
    seed: int,
    exclude_reason: str | None = None,
) -> PhantomScan:
    """A scan of the subject whose true quality at 0 to 69 um under the DEJ is (70,)."""
    recipe = Recipe(
        quality=tuple(round(float(value), 4) for value in quality),
        shape=SHAPE,
        dej_um=round(np.random.default_rng([SEED, seed]).uniform(34, 42), 1),
        seed=seed,
        subject_seed=int(np.random.default_rng([SEED, *subject.code.encode()]).integers(2**31)),
    )
    return PhantomScan(
        recipe,
        subject_id=subject.code,
        arm=subject.arm,
        visit=visit,
        site=SITE,
        exclude_reason=exclude_reason,
    )


def _around(
    rng: np.random.Generator, mean: float, sd: float, *, n: int = 12
) -> NDArray[np.float64]:
    """(n,) normal draws, moved and scaled to this mean and SD exactly."""
    drawn = rng.normal(size=n)
    return np.asarray(mean + sd * (drawn - drawn.mean()) / drawn.std(ddof=1))


def _ages(rng: np.random.Generator, youngest: int, oldest: int, *, n: int = 12) -> list[int]:
    return [int(age) for age in rng.integers(youngest, oldest, size=n, endpoint=True)]


def _along_depth(mean: float, rise: float) -> NDArray[np.float64]:
    """(70,) quality from mean - rise at the DEJ to mean + rise below, as far as 1 to 4 allow."""
    mean = float(np.clip(mean, 1, 4))
    limit = min(abs(rise), mean - 1, 4 - mean)
    return np.asarray(mean + np.copysign(limit, rise) * np.linspace(-1, 1, DEPTH_UM.size))
