"""The measures as a page of reference: `python -m nenrin.analytics.kpis.reference > docs/measures.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nenrin.analytics.kpis.catalogue import MEASURES
from nenrin.analytics.kpis.measures import Measure

INTRODUCTION = """\
# Measures

Every measure is declared once in `nenrin.analytics.kpis.catalogue` and evaluated by the same SQL for one account, for
all of them, for one day or for a grid of days, as it was known at the end of each day or as of a day of one's choice.
This page is made from the catalogue (`python -m nenrin.analytics.kpis.reference > docs/measures.md`); a test keeps
them the same.

## Rules they share
- **Days** are those of the organisation's zone. A window of 28 days on a day holds that day and the 27 before it.
- **Known when.** An event, a mapping of the event catalogue, a key of an account, a merge, a correction count from the
  day they became known; once a merge is undone, each account has its own facts again.
- **Silence is 0, ignorance is missing.** Usage is 0 when the account has been seen before and a source that saw it has
  delivered events of the last 14 days; it is missing when the source is stale or the account was never seen. Logins
  and key features are missing, too, as long as the event catalogue maps no event to them. Tickets are 0 while any
  account had a ticket in the last 30 days. Open urgent tickets are shown however stale the source is.
- **Business days** are Monday to Friday without Japan's public holidays and without 29 December to 3 January, unless
  another calendar is given. Rates are per five business days; the week of the weekly active users is seven days,
  stretched over a run of holidays until it holds five business days.
- **Event catalogue.** Names mapped to *ignore* count nowhere, except that an end user is counted as active by any
  track, page or screen call that was not ignored on arrival. `identify`, `group` and `alias` calls are no activity.
- **Terms** run from their start up to and without `ends_on`, the day of renewal. A subscription that renews by itself
  rolls over by its term until a notice is known; it then stops at the end of the term in which notice was given.
- **Money** is in minor units of the subscription's currency; amounts of two currencies are never added.
- **Attributes.** A numeric custom attribute of accounts is a measure too: `kpis.attribute(key, name)`, under the key
  `attribute:<key>`; missing where an account has none. Six decimals are kept.
- **Age.** With `ages=True` the measures marked *age* also return `<key>__age`: days since the newest fact behind them.

## How a value is made
A *component* is one SELECT that returns contributions: account, opens, closes, and integers. The value of an account on
a day is the sum over the rows with `opens <= day < closes`. Windows, states, distinct counts (`shapes.union`) and latest
values (`shapes.latest`) all have this form, so that a grid of days needs one pass. A *measure* is an expression over
components; NULL means missing. The SQL keeps to a subset that gives the same answers on other engines
(`nenrin.analytics.kpis.subset`): integer sums, days added to dates, `nullif` around every divisor, no rounding casts, no
engine's quantiles.
"""
_SHOWN_EMPTY = {"zero": "0", "missing": "missing"}


def page(measures: Iterable[Measure] = tuple(MEASURES.values())) -> str:
    """The whole page as Markdown."""
    return INTRODUCTION + "\n## Catalogue\n" + "".join(_section(measure) for measure in measures)


def _section(measure: Measure) -> str:
    rows = "".join(f"| {name} | {value} |\n" for name, value in _rows(measure))
    return f"\n### `{measure.key}`\n| | |\n|---|---|\n{rows}"


def _rows(measure: Measure) -> Iterator[tuple[str, str]]:
    yield "name", f"{measure.name.en} · {measure.name.ja}"
    yield "is", measure.description.en
    yield "定義", measure.description.ja
    yield "unit, better", f"{measure.unit}, {measure.direction}"
    yield "window", f"{measure.window_days} days" if measure.window_days else "the day itself"
    yield "silence", _SHOWN_EMPTY[measure.empty]
    yield "stale after", f"{measure.ttl_days} days" if measure.ttl_days else "never"
    yield "source", f"{measure.source.en} · {measure.source.ja}"
    yield "group, owner", f"{measure.group}, {measure.owner}"
    yield "SQL", f"`{_one_line(measure.expression)}`"
    if measure.age:
        yield "age", f"`{_one_line(measure.age_expression)}`"
    yield "components", ", ".join(f"`{component.key}`" for component in measure.components)


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


if __name__ == "__main__":
    print(page(), end="")
