"""The simulations run, and a few runs of each stay within what chance allows."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.simulations.__main__ import main
from benchmarks.simulations.counting import all_scenarios, count, rows, simulate
from benchmarks.simulations.scenario import Promise, Scenario
from benchmarks.simulations.table import document
from benchmarks.simulations.trials import SLABS, scores_of, true_rises
from dermdash.demo import firming_serum

SCENARIOS = all_scenarios()
SEED = 11
DEAR = ("pairs-", "depth-", "serum-", "coverage-arms", "power-arms")


def runs_of(name: str) -> int:
    return 8 if name.startswith(DEAR) else 40


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_few_runs_keep_their_promises(name: str) -> None:
    """A path that claims far too often, or whose interval misses, would ship unnoticed.

    Seeded; the bounds hold what a kept promise leaves with a probability of .999998.
    """
    scenario, runs = SCENARIOS[name], runs_of(name)
    counts = count(scenario, seed=SEED, start=0, stop=runs)
    assert list(counts) == list(scenario.promises)
    for path, (hits, computed) in counts.items():
        promise = scenario.promises[path]
        assert computed >= 0.9 * runs, path
        if promise.side in ("equal", "at most"):
            assert hits <= stats.binom.isf(1e-6, computed, promise.rate), path
        if promise.side in ("equal", "at least"):
            assert hits >= stats.binom.ppf(1e-6, computed, promise.rate), path


def test_the_same_seed_gives_the_same_counts_in_any_number_of_processes() -> None:
    """Nobody could make the table again."""
    chosen = [SCENARIOS["arms-equal"], SCENARIOS["two-equal"]]
    shared = simulate(chosen, seed=3, runs=150, processes=2)
    alone = [row for one in chosen for row in rows(one, count(one, seed=3, start=0, stop=150), 150)]
    assert [(r.path, r.hits, r.runs) for r in shared] == [(r.path, r.hits, r.runs) for r in alone]
    other = count(chosen[0], seed=4, start=0, stop=150)
    assert rows(chosen[0], other, 150) != alone[:3]


def test_a_wrong_test_is_called_wrong() -> None:
    """The table would praise whatever it is given."""

    def careless(rng: np.random.Generator) -> dict[str, bool | None]:
        return {"p of the better of two": bool(rng.random(2).min() < 0.05), "refused": None}

    promises = {"p of the better of two": Promise(), "refused": Promise()}
    wrong = Scenario("wrong", "Section", "2 tries", 1000, careless, promises)
    found = rows(wrong, count(wrong, seed=0, start=0, stop=1000), 1000)
    text = document(found, "made")
    assert "2 of 2 promises were not kept" in text
    assert "**above 5 %**" in text
    assert "**could not be computed**" in text
    assert "| 0 (+1,000) |" in text


@pytest.mark.parametrize(
    ("promise", "hits", "verdict"),
    [
        (Promise(), 50, "within 3 standard errors of 5 %"),
        (Promise(), 20, "**under 5 %**"),
        (Promise(side="at most"), 20, "under 5 %, as promised"),
        (Promise(side="at most"), 80, "**above 5 %**"),
        (Promise(0.95, "at least"), 990, "above 95 %, as promised"),
        (Promise(0.95, "at least"), 900, "**under 95 %**"),
        (Promise(side="none"), 120, "outside its assumptions: above 5 %"),
        (Promise(side="none"), 55, "outside its assumptions: keeps 5 %"),
        (Promise(side="shown"), 500, ""),
        (Promise(1.0, why="by Planning"), 1000, "within 3 standard errors of 100 % (by Planning)"),
        (Promise(1.0), 980, "**under 100 %**"),
    ],
)
def test_verdicts(promise: Promise, hits: int, verdict: str) -> None:
    """A reader would take a broken promise for a kept one."""
    assert promise.verdict(hits, 1000) == verdict
    assert promise.kept(hits, 1000) == (not verdict.startswith("**"))


def test_the_command_writes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate` would leave nothing to read, or nothing that can be made again."""
    out = tmp_path / "table.md"
    assert main(["--only", "power-two", "--runs", "50", "--seed", "5", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "seed 5" in text
    assert "--only power-two --runs 50" in text
    assert "| 2 × 12, 1.2 SDs apart | t_test | 50 |" in text
    assert "promised by Planning" in text
    assert "0 of 1 promises were not kept." in text
    with pytest.raises(SystemExit):
        main(["--only", "nonsense"])
    assert "nonsense starts the name of no scenario" in capsys.readouterr().err


def test_trials_have_the_demos_truth() -> None:
    """Power would be promised for another trial than the one that is simulated."""
    for slab, layers in SLABS.items():
        with_effect, without = (
            scores_of(firming_serum(seed=8, effect=effect), layers) for effect in (1.0, 0.0)
        )
        rise = (with_effect["score"] - without["score"]).groupby(
            [with_effect["arm"], with_effect["visit"]]
        )
        for visit, expected in true_rises(slab, 1.0).items():
            assert rise.mean()["active", visit] == pytest.approx(expected, abs=1e-3)
            assert rise.mean()["placebo", visit] == pytest.approx(0, abs=1e-9)
    assert firming_serum() == firming_serum(seed=2023, effect=1.0)
    assert firming_serum(seed=1) != firming_serum()


def test_dropout_by_what_was_seen_biases_the_seen_and_not_the_model() -> None:
    """The simulated dropout would be no threat, so that keeping 5 % under it would say nothing."""
    scenario = SCENARIOS["changes-dropout-opposite"]
    counts = count(scenario, seed=SEED, start=0, stop=120)
    share = {path: hits / computed for path, (hits, computed) in counts.items()}
    assert share["mmrm, last visit"] < 0.12
    assert share["ancova of the seen, last visit"] > share["mmrm, last visit"]


def test_the_document_holds_every_path() -> None:
    """A reader would not see what was never simulated; run `make simulate`."""
    text = (Path(__file__).resolve().parents[1] / "docs/simulations.md").read_text("utf-8")
    for scenario in SCENARIOS.values():
        for path in scenario.promises:
            assert f"| {scenario.drawn} | {path} |" in text
