"""Rows of the day: the reasons of one account folded into one, in the order of worth, up to what the day holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Text
from nenrin.work.queue import said, worth
from nenrin.work.queue.portfolio import Portfolio, Standing
from nenrin.work.queue.reasons import Play, Reason
from nenrin.work.queue.worth import Worth

MOST_SENTENCES, MOST_OTHERS = 3, 2
#: Two headlines stand together up to so many characters (of the Japanese one).
TOGETHER = 34


@dataclass(frozen=True, slots=True)
class Row:
    """An account with its reasons, the leading one first: a task that is due, else the one worth most a minute."""

    standing: Standing
    reasons: tuple[Reason, ...]
    worths: tuple[Worth, ...]

    @property
    def lead(self) -> Reason:
        return self.reasons[0]

    @property
    def worth(self) -> Worth:
        return self.worths[0]

    @property
    def best(self) -> tuple[Play, Worth]:
        """The play that is worth most a minute, with its worth: what the row is ordered by, whichever reason leads it."""
        pairs = zip(self.reasons, self.worths, strict=True)
        reason, found = max(pairs, key=lambda pair: pair[1].a_minute)
        return reason.play, found

    @property
    def rate(self) -> float:
        return self.best[1].a_minute

    @property
    def play(self) -> Play:
        return self.lead.play

    @property
    def is_promised(self) -> bool:
        return any(one.is_promised for one in self.reasons)

    @property
    def task(self) -> int | None:
        return self.lead.task

    @property
    def headline(self) -> Text:
        told = self._headlines()
        return Text("; ".join(one.en for one in told), "、".join(one.ja for one in told))

    @property
    def evidence(self) -> tuple[Text, ...]:
        """At most three sentences: those of the leading reason, then what else there is."""
        others = self.reasons[len(self._headlines()) :]
        told = [*self.lead.evidence, *(said.sentence(one.headline) for one in others)]
        told += [words for one in self.reasons[1:] for words in one.evidence]
        return tuple(told[:MOST_SENTENCES])

    @property
    def story(self) -> Text:
        """The evidence in one piece."""
        return Text(" ".join(one.en for one in self.evidence), "".join(one.ja for one in self.evidence))

    @property
    def also(self) -> tuple[Play, ...]:
        """What else could be done: each play once, the two that are worth most."""
        others = {one.play.code: one.play for one in reversed(self.reasons[1:]) if one.play.code != self.play.code}
        return tuple(reversed(others.values()))[:MOST_OTHERS]

    def _headlines(self) -> list[Text]:
        """The leading one, and the next of another kind where both are short."""
        first = self.lead.headline
        more = [one.headline for one in self.reasons[1:2] if len(first.ja) + len(one.headline.ja) <= TOGETHER]
        return [first, *more]


@dataclass(frozen=True, slots=True)
class Cut:
    """`within`: what the minutes of the day hold, promised work always; `beyond`: the rest. Both in order of worth."""

    within: tuple[Row, ...]
    beyond: tuple[Row, ...]

    @property
    def minutes(self) -> int:
        return sum(row.play.minutes for row in self.within)


def folded(reasons: Iterable[Reason], portfolio: Portfolio) -> list[Row]:
    """One row an account, in the order of worth a minute; among equals the earlier due, then the larger account."""
    by_account: dict[int, list[Reason]] = {}
    for one in reasons:
        by_account.setdefault(one.account, []).append(one)
    rows = [_row(portfolio.standing[key], found, portfolio.own) for key, found in by_account.items()]
    return sorted(
        rows, key=lambda row: (-row.rate, row.play.due_on, -portfolio.arr(row.standing), row.standing.account.pk)
    )


def _row(standing: Standing, reasons: Sequence[Reason], own: OwnMoney) -> Row:
    together = [(one, worth.of(one, standing, own)) for one in reasons]
    together.sort(key=lambda pair: (pair[0].task is None, -pair[1].a_minute))
    return Row(standing, tuple(one for one, _ in together), tuple(value for _, value in together))


def cut(rows: Sequence[Row], minutes: int) -> Cut:
    """What `minutes` hold: promised work first, then in order of worth as long as it fits; at least one row."""
    left = minutes - sum(row.play.minutes for row in rows if row.is_promised)
    within: set[int] = set()
    is_full = False
    for place, row in enumerate(rows):
        if row.is_promised:
            within.add(place)
        elif not is_full and (row.play.minutes <= left or not within):
            within.add(place)
            left -= row.play.minutes
        else:
            is_full = True
    return Cut(
        tuple(row for place, row in enumerate(rows) if place in within),
        tuple(row for place, row in enumerate(rows) if place not in within),
    )
