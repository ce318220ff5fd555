"""Which scan a reader is asked next: an order that nobody can foresee, and that stays.

Nothing here is drawn when it is asked for. Each choice is a hash of the study's seed with what it
is about, so that the same state always asks the same scan, and new scans reorder no older ones.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["marked", "cannot tell"]

LIKELY = 0.4  # that a second look which is due comes now rather than later


@dataclass(frozen=True, slots=True)
class Look:
    """One look of one reader at one scan, as its last correction left it."""

    scan_id: int
    reader: str
    look: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Ask:
    """A scan to look at; ``look`` 2 where the reader marked it before."""

    scan_id: int
    look: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one reader.

    ask : the next scan; None where nothing waits
    after : the one that is likely to follow
    done : looks that the reader has taken
    waiting : looks still to take, second looks that are not due yet among them
    """

    ask: Ask | None
    after: Ask | None
    done: int
    waiting: int


def queue_of(
    reader: str,
    looks: Sequence[Look],
    *,
    unmarked: Iterable[int],
    eligible: Iterable[int],
    seed: int,
    share: float,
) -> Queue:
    """The queue of one reader.

    looks : of all readers, in the order in which they were first taken
    unmarked : scans without a DEJ that are not excluded
    eligible : all scans that are not excluded
    share : of the reader's own marked scans that come twice, and of those that others marked that
        come to this reader as well

    Readers go through the scans in orders of their own, so that two at work do not meet.
    """
    state = _State(reader, tuple(looks), frozenset(unmarked), frozenset(eligible), seed, share)
    ask = state.next()
    after = None if ask is None else state.having_marked(ask).next()
    done = sum(look.reader == reader for look in looks)
    return Queue(ask, after, done, state.waiting())


@dataclass(frozen=True, slots=True)
class _State:
    reader: str
    looks: tuple[Look, ...]
    unmarked: frozenset[int]
    eligible: frozenset[int]
    seed: int
    share: float

    def next(self) -> Ask | None:
        firsts, again, others = self.firsts(), self.again(), self.others()
        seconds = [Ask(scan, 2) for scan in again[:1]] + [Ask(scan, 1) for scan in others[:1]]
        turn = len(self.own())
        seconds.sort(key=lambda ask: self.rank("turn", turn, ask.look))
        if seconds and (not firsts or self.rank("due", turn) < LIKELY):
            return seconds[0]
        if firsts:
            return Ask(firsts[0], 1)
        return None

    def firsts(self) -> list[int]:
        """Scans without a DEJ that the reader has not seen."""
        seen = {look.scan_id for look in self.own()}
        return sorted(self.unmarked - seen, key=lambda scan: self.rank("first", self.reader, scan))

    def again(self) -> list[int]:
        """Own marked scans that are due a second time; none directly after its first."""
        own = self.own()
        twice = {look.scan_id for look in own if look.look > 1}
        marked = self.marked_once()
        due = self.share_of(len(marked)) - len(twice & self.eligible)
        last = own[-1].scan_id if own else None
        left = [scan for scan in marked if scan not in twice and scan != last]
        left.sort(key=lambda scan: self.rank("again", self.reader, scan))
        return left[: max(due, 0)]

    def others(self) -> list[int]:
        """Scans that others marked and this reader is due to see as well: the same for all."""
        theirs = self.theirs()
        seen = {look.scan_id for look in self.own()}
        due = self.share_of(len(theirs)) - len(theirs & seen)
        left = sorted(theirs - seen - self.unmarked, key=lambda scan: self.rank("other", scan))
        return left[: max(due, 0)]

    def waiting(self) -> int:
        """Looks still to take, were the reader to mark all that waits."""
        firsts = len(self.firsts())
        others = len(self.others())
        twice = {look.scan_id for look in self.own() if look.look > 1}
        due = self.share_of(len(self.marked_once()) + firsts + others)
        return firsts + others + max(due - len(twice & self.eligible), 0)

    def having_marked(self, ask: Ask) -> "_State":
        """The state after the reader has marked what is asked."""
        taken = Look(ask.scan_id, self.reader, ask.look, "marked")
        return _State(
            self.reader,
            (*self.looks, taken),
            self.unmarked - {ask.scan_id},
            self.eligible,
            self.seed,
            self.share,
        )

    def own(self) -> list[Look]:
        return [look for look in self.looks if look.reader == self.reader]

    def marked_once(self) -> list[int]:
        return [
            look.scan_id
            for look in self.own()
            if look.look == 1 and look.verdict == "marked" and look.scan_id in self.eligible
        ]

    def theirs(self) -> frozenset[int]:
        return self.eligible & {
            look.scan_id
            for look in self.looks
            if look.reader != self.reader and look.verdict == "marked"
        }

    def share_of(self, n: int) -> int:
        """The share of n scans, in whole scans that are complete; exact for shares such as .1."""
        return int(n * self.share + 1e-9)

    def rank(self, *about: object) -> float:
        """A number from 0 to 1 that only the seed's keeper can foresee."""
        return rank(self.seed, *about)


def rank(seed: int, *about: object) -> float:
    """A hash of the seed and what it is about, as a number from 0 to 1."""
    text = "\n".join(map(str, (seed, *about)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
