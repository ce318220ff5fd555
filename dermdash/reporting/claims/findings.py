"""The nouns of claims: what is offered, what is not and why, and what each stands up to."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["holds", "disagrees", "not needed", "not known"]
Kind = Literal["mean change", "share of subjects"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The same question asked in another way.

    name : of the way, to be read after "read"
    verdict : ``not needed`` where there is nothing to ask, such as no missing score
    said : what is found, in a few words
    """

    name: str
    verdict: Verdict
    said: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that data, plan and model support, with what stands behind it.

    text : can be copied alone: it carries its marks and its fragility
    status : planned how, in words
    estimate, ci_low, ci_high : arm − control, in points of the score, or a difference of shares
    p : adjusted as the plan's order of tests asks
    n : subjects of the arm and of the control; of a hemi-face study the same ones
    """

    kind: Kind
    text: str
    status: str
    arm: str
    control: str
    visit: str
    estimate: float
    ci_low: float
    ci_high: float
    p: float
    test: str
    n: tuple[int, int]
    readings: tuple[Reading, ...]

    @property
    def fragile(self) -> bool:
        """Whether another valid way disagrees."""
        return any(one.verdict == "disagrees" for one in self.readings)


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is not offered: what it would say, why not, and what would change that."""

    what: str
    why: str
    remedy: str

    @property
    def sentence(self) -> str:
        """
        >>> Withheld("A change in percent", "the score has no zero", "give it in points").sentence
        'A change in percent is not offered, since the score has no zero; give it in points.'
        """
        return f"{self.what} is not offered, since {self.why}; {self.remedy}."


@dataclass(frozen=True, slots=True)
class Claims:
    """All that may be said of a study against its control, and all that may not.

    standing : planned or exploratory, and why; empty where nothing was compared
    population, sites, depth_um, score : what all sentences are about, in words
    improved : which way of the score counts as better
    caveats : what must be known of every sentence
    """

    study: str
    offered: tuple[Claim, ...]
    withheld: tuple[Withheld, ...]
    standing: str
    population: str
    sites: str
    depth_um: str
    score: str
    improved: Literal["rose", "fell"]
    caveats: tuple[str, ...] = ()
