"""Which scan comes next: an order that nobody can foresee, and that no new scan changes."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.trial.marking_queue import Ask, Look, Queue, Verdict, queue_of

SCANS = range(1, 73)


def asked(
    reader: str,
    looks: Sequence[Look],
    scans: Sequence[int] = SCANS,
    *,
    seed: int = 7,
    share: float = 0.1,
    without: Sequence[int] = (),
) -> Queue:
    """The queue where each marked scan has a DEJ, and some are excluded."""
    eligible = [scan for scan in scans if scan not in without]
    marked = {look.scan_id for look in looks if look.verdict == "marked"}
    return queue_of(
        reader,
        looks,
        unmarked=[scan for scan in eligible if scan not in marked],
        eligible=eligible,
        seed=seed,
        share=share,
    )


def work(
    reader: str,
    looks: Sequence[Look] = (),
    *,
    unclear: Sequence[int] = (),
    most: int = 1000,
    **given: object,
) -> list[Look]:
    """All looks after a reader has worked until nothing waits."""
    found = list(looks)
    for _ in range(most):
        queue = asked(reader, found, **given)  # type: ignore[arg-type]
        if queue.ask is None:
            assert queue.waiting == 0
            break
        verdict: Verdict = "cannot tell" if queue.ask.scan_id in unclear else "marked"
        found.append(Look(queue.ask.scan_id, reader, queue.ask.look, verdict))
    return found


def test_every_scan_comes_once_and_a_tenth_twice() -> None:
    """Scans would be left out, or a reader's own repeatability never known."""
    looks = work("Ada")
    firsts = [look.scan_id for look in looks if look.look == 1]
    assert sorted(firsts) == list(SCANS)
    assert [look.look for look in looks].count(2) == 7  # a tenth of 72, in whole scans


@pytest.mark.parametrize(("share", "twice"), [(0.0, 0), (0.25, 18), (0.5, 36)])
def test_the_share_is_the_study_s(share: float, twice: int) -> None:
    """The setting would do nothing."""
    looks = work("Ada", share=share)
    assert [look.look for look in looks].count(2) == twice


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**62), st.integers(0, 24), st.sampled_from([0.0, 0.1, 0.34, 0.5]))
def test_no_scan_comes_three_times_nor_twice_at_once(seed: int, n: int, share: float) -> None:
    """A second look right after the first is a memory, not a measurement."""
    looks = work("Ada", seed=seed, scans=range(n), share=share)
    pairs = [(look.scan_id, look.look) for look in looks]
    assert len(set(pairs)) == len(pairs)
    assert len(looks) == n + int(n * share + 1e-9)
    assert all(a.scan_id != b.scan_id for a, b in pairwise(looks))


def test_the_order_is_the_seed_s_and_stays_when_scans_are_added() -> None:
    """Each reload, and each new scan, would ask for another scan."""
    before = [look.scan_id for look in work("Ada", share=0)]
    assert before != sorted(before)
    assert before == [look.scan_id for look in work("Ada", share=0)]
    assert before != [look.scan_id for look in work("Ada", share=0, seed=8)]
    after = [look.scan_id for look in work("Ada", share=0, scans=range(1, 101))]
    assert [scan for scan in after if scan <= SCANS[-1]] == before


def test_two_readers_do_not_meet() -> None:
    """Two at work would mark the same scan at the same moment, and one of them for nothing."""
    ada = [look.scan_id for look in work("Ada", share=0)]
    bob = [look.scan_id for look in work("Bob", share=0)]
    assert sum(a == b for a, b in zip(ada, bob, strict=True)) < 8


def test_a_share_of_others_scans_comes_to_each_reader() -> None:
    """How far readers agree would never be known."""
    looks = work("Ada")
    bob = [look for look in work("Bob", looks) if look.reader == "Bob"]
    assert [look.look for look in bob] == [1] * 7
    eve = [look for look in work("Eve", [*looks, *bob]) if look.reader == "Eve"]
    assert {look.scan_id for look in eve} == {look.scan_id for look in bob}


def test_what_one_reader_cannot_tell_is_asked_of_another_and_not_again_of_the_first() -> None:
    """A hard scan would be asked for ever, or given up after one look."""
    looks = work("Ada", unclear=[5, 6], share=0)
    assert len(looks) == len(SCANS)
    bob = [look.scan_id for look in work("Bob", looks, share=0) if look.reader == "Bob"]
    assert sorted(bob) == [5, 6]


def test_an_unclear_scan_does_not_come_twice() -> None:
    """A second look at what cannot be told measures nothing."""
    looks = work("Ada", unclear=list(SCANS), share=0.5)
    assert len(looks) == len(SCANS)


def test_excluded_scans_are_not_asked() -> None:
    """Readers would work on what counts no more."""
    looks = work("Ada", without=[1, 2, 3], share=0.5)
    assert not {look.scan_id for look in looks} & {1, 2, 3}
    # Excluded only after its first look: it does not come a second time.
    marked = [Look(scan, "Ada", 1, "marked") for scan in SCANS]
    later = work("Ada", marked, without=list(SCANS[:40]), share=0.5)
    assert not {look.scan_id for look in later if look.look == 2} & set(SCANS[:40])


def test_the_count_leads_to_its_end() -> None:
    """ "7 of 72" would become 7 of 80, or end at 60."""
    looks: list[Look] = []
    totals = set()
    while (queue := asked("Ada", looks)).ask is not None:
        totals.add(queue.done + queue.waiting)
        looks.append(Look(queue.ask.scan_id, "Ada", queue.ask.look, "marked"))
    assert totals == {79}
    assert queue == Queue(None, None, 79, 0)


def test_the_one_after_is_the_one_that_comes() -> None:
    """The wrong volume would be made ready, and each scan begin with a wait."""
    looks: list[Look] = []
    expected = None
    while (queue := asked("Ada", looks, share=0.3)).ask is not None:
        assert expected is None or expected == queue.ask
        expected = queue.after
        looks.append(Look(queue.ask.scan_id, "Ada", queue.ask.look, "marked"))


def test_second_looks_are_spread() -> None:
    """A reader who can count to ten would know the repeats."""
    looks = work("Ada", seed=3, share=0.2)
    places = [i for i, look in enumerate(looks) if look.look == 2]
    gaps = {b - a for a, b in pairwise(places)}
    assert len(gaps) > 3


def test_nothing_waits_in_an_empty_study() -> None:
    """An empty study would fail."""
    assert asked("Ada", [], scans=[]) == Queue(None, None, 0, 0)
    assert asked("Ada", [], scans=[4]).ask == Ask(4, 1)
