"""Health by revenue on the last day of the period, and who moved between bands since the day before it began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.revenue.paths import number
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.executive.gathered import Gathered, numbers
from nenrin.insight.executive.questions import Question
from nenrin.insight.models import Health

UNKNOWN = "unknown"
BANDS = ("healthy", "caution", "at_risk", UNKNOWN)
#: Beside the bands: not yet, or no longer, a paying customer.
NEW, GONE = "new", "gone"


@dataclass(frozen=True, slots=True)
class Part:
    """Paying accounts of one band and their MRR in minor units."""

    band: str
    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class Move:
    """One account: its band and MRR before the period (NEW: it paid nothing) and at its end (GONE)."""

    account: int
    was: str
    now: str
    paid: int
    pays: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`moved`: accounts by (band before, band now), with NEW and GONE. Empty `before_day`: no health was stored then."""

    day: date
    parts: tuple[Part, ...]
    before_day: date | None
    before: tuple[Part, ...]
    moved: Mapping[tuple[str, str], int]

    @property
    def mrr(self) -> int:
        return sum(part.mrr for part in self.parts)

    def of(self, band: str) -> Part:
        return next((part for part in self.parts if part.band == band), Part(band, 0, 0))

    def was(self, band: str) -> Part | None:
        return next((part for part in self.before if part.band == band), None)


def standing(ask: Question, now: Mapping[int, str]) -> Standing | None:
    """From the bands at the end of the period; None where the asker may not see health, or none was stored by then."""
    if not ask.sees_health or not now:
        return None
    first, was, paid = _before(ask)
    pays = paying(ask, ask.last)
    if not was:
        return Standing(ask.last, _parts(now, pays), None, (), {})
    accounts = {*paid, *pays}
    moved = Counter(zip(_ends(accounts, was, paid, NEW), _ends(accounts, now, pays, GONE), strict=True))
    return Standing(ask.last, _parts(now, pays), first, _parts(was, paid), dict(moved))


def moves(ask: Question) -> list[Move]:
    """The accounts behind the standing, those that pay most first: with the filters of a page they add up to its figures.

    Nobody where the asker may not see health, or none was stored by then.
    """
    now = bands_on(ask, ask.last) if ask.sees_health else {}
    if not now:
        return []
    _, was, paid = _before(ask)
    found = _moves(was, now, paid, paying(ask, ask.last))
    return sorted(found, key=lambda one: (-one.pays, -one.paid, one.account))


def _before(ask: Question) -> tuple[date, Mapping[int, str], Mapping[int, int]]:
    """The day before the period, with the bands and the MRR of that day."""
    first = ask.period.start - timedelta(days=1)
    return first, bands_on(ask, first), paying(ask, first)


def bands_on(ask: Question, day: date) -> Mapping[int, str]:
    """Each account's band as it was shown at the end of a day; of today as it stands. Empty where nothing is stored."""
    if day >= ask.today:
        rows = Health.objects.order_by().values_list("band").annotate(held=Gathered("account_id"))
        return {account: band for band, held in rows for account in numbers(held)}
    version = history.scores_table(lakes.current()).open().version()
    return ask.ledger.kept(("bands", day, version), lambda: _shown(day))


def _shown(day: date) -> Mapping[int, str]:
    found = history.scores(lakes.current(), day, day)
    return dict(zip(found.column("account").to_pylist(), found.column("shown").to_pylist(), strict=True))


def paying(ask: Question, day: date) -> Mapping[int, int]:
    """MRR of every account asked for that pays on a day."""
    if ask.within is None:
        return ask.ledger.kept(("paying", day), lambda: _paying(ask, day))
    return _paying(ask, day)


def _paying(ask: Question, day: date) -> Mapping[int, int]:
    book = ask.ledger.book
    rates = book.valued(day).at([number(day)])[:, 0]
    mask = rates > 0
    if ask.within is not None:
        mask = mask & (ask.within.before if day < ask.period.start else ask.within.after)
    return dict(zip(book.accounts[mask].tolist(), rates[mask].tolist(), strict=True))


def _parts(bands: Mapping[int, str], pays: Mapping[int, int]) -> tuple[Part, ...]:
    held = [bands.get(account, UNKNOWN) for account in pays]
    count, mrr = Counter(held), Counter[str]()
    for band, minor in zip(held, pays.values(), strict=True):
        mrr[band] += minor
    return tuple(Part(band, count[band], mrr[band]) for band in BANDS)


def _moves(
    was: Mapping[int, str], now: Mapping[int, str], paid: Mapping[int, int], pays: Mapping[int, int]
) -> list[Move]:
    accounts = {*paid, *pays}
    ends = zip(accounts, _ends(accounts, was, paid, NEW), _ends(accounts, now, pays, GONE), strict=True)
    return [Move(account, old, new, paid.get(account, 0), pays.get(account, 0)) for account, old, new in ends]


def _ends(accounts: Iterable[int], bands: Mapping[int, str], paying: Mapping[int, int], unpaid: str) -> list[str]:
    """Each account's band where it pays; `unpaid` where it does not."""
    return [bands.get(account, UNKNOWN) if account in paying else unpaid for account in accounts]
