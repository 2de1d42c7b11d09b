"""On which past days a version's triggers would have fired, for whom: as known at the end of each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics import conditions
from nenrin.analytics.conditions import All, Condition, Fields, Is, Not, Op
from nenrin.analytics.lake import Lake
from nenrin.analytics.replays.edges import falling, rising
from nenrin.customers.models import Contact
from nenrin.foundation.models import Entry
from nenrin.insight import history, segment_fields
from nenrin.insight.days import number
from nenrin.insight.models import Segment
from nenrin.playbooks import triggers
from nenrin.playbooks.documents.params import Values
from nenrin.playbooks.documents.playbooks import EVERYONE, Playbook, Trigger
from nenrin.playbooks.replaying import grids, truths
from nenrin.playbooks.replaying.grids import NotKept, Rows, Scores
from nenrin.playbooks.triggers.deadline import COLUMNS
from nenrin.values import Text

Pairs = set[tuple[int, int]]
Longs = NDArray[np.int64]
AUDIENCE, EXCLUDED = "audience", "excluded"
CUSTOMERS: Condition = Is("status", Op.EQ, ("customer",))
MEASURED = {"notice_on": "days_to_notice", "renewal_on": "days_to_renewal"}


@dataclass(frozen=True, slots=True)
class Span:
    """The days looked at, both included, in the organisation's zone. `scores`: health of these days, as `history.scores`
    tells it; another health model's instead, where that is rehearsed."""

    lake: Lake
    first: date
    last: date
    fields: Fields
    zone: ZoneInfo
    scores: Scores = history.scores


@dataclass(frozen=True, slots=True)
class Occasions:
    """Sorted by account and day, one a day: which trigger of the version; `notes` say what could not be asked."""

    account: NDArray[np.int64]
    day: NDArray[np.int64]
    trigger: NDArray[np.int64]
    notes: tuple[Text, ...]


def found(document: Playbook, span: Span) -> Occasions:
    """Every occasion of the audience. Raises NotKept where the audience itself cannot be asked of the past."""
    [only] = found_each([document], span)
    return only


def found_each(documents: Sequence[Playbook], span: Span) -> list[Occasions]:
    """The occasions of several playbooks, with one look at the past. Raises NotKept (see `refuse`)."""
    asked: dict[str, Condition] = {}
    heard: list[dict[int, Longs]] = []
    notes: list[list[Text]] = []
    hits = [dict[tuple[int, int], int]() for _ in documents]
    for place, document in enumerate(documents):
        refuse(document, span.fields)
        own, days, left_out = _sorted_out(document, span)
        own |= {AUDIENCE: _audience(document), EXCLUDED: document.excluded or Not(All(()))}
        asked |= {f"{place}/{name}": one for name, one in own.items()}
        heard.append(days)
        notes.append(left_out)
    begin = grids.begin(span.lake, span.first)
    for rows in grids.rows(span.lake, asked, span.first, span.last, span.fields, span.scores):
        for place in range(len(documents)):
            for one, on, trigger in _fired(_own(rows, f"{place}/"), heard[place], begin):
                hits[place].setdefault((one, on), trigger)
    return [_occasions(one, told) for one, told in zip(hits, notes, strict=True)]


def refuse(document: Playbook, fields: Fields) -> None:
    """Raise NotKept where the audience itself cannot be asked of the past."""
    grids.refuse([_audience(document), document.excluded or Not(All(()))], fields)


def _own(rows: Rows, prefix: str) -> Rows:
    own = {name.removeprefix(prefix): truth for name, truth in rows.truth.items() if name.startswith(prefix)}
    return Rows(rows.account, rows.day, own)


def _occasions(hits: Mapping[tuple[int, int], int], notes: Sequence[Text]) -> Occasions:
    ordered = sorted(hits)
    return Occasions(
        np.array([one for one, _ in ordered], dtype=np.int64), np.array([on for _, on in ordered], dtype=np.int64),
        np.array([hits[each] for each in ordered], dtype=np.int64), tuple(notes),
    )  # fmt: skip


def _audience(document: Playbook) -> Condition:
    """With what every playbook asks: customers only, unless it is for those who have left too."""
    parts = [] if document.audience == EVERYONE else [document.audience]
    return All(tuple(parts if document.lost_too else [*parts, CUSTOMERS]))


def _sorted_out(document: Playbook, span: Span) -> tuple[dict[str, Condition], dict[int, Longs], list[Text]]:
    """Triggers that are conditions (by name), the days of those that are not, and what could not be asked."""
    asked: dict[str, Condition] = {}
    heard: dict[int, Longs] = {}
    notes: list[Text] = []
    for place, trigger in enumerate(document.triggers):
        try:
            own = _conditions(trigger, span.fields)
            grids.refuse(own, span.fields)
            move = trigger.values["move"] if trigger.kind == "segment" else ""
            asked |= {f"{place}:{move or n}": one for n, one in enumerate(own)}
            if trigger.kind in PAST:
                heard[place] = _keys(PAST[trigger.kind](trigger.values, span))
            elif not own:
                notes.append(_not_asked(trigger, ""))
        except NotKept as missing:
            notes.append(_not_asked(trigger, ", ".join(missing.names)))
    return asked, heard, notes


def _not_asked(trigger: Trigger, names: str) -> Text:
    kind = triggers.KINDS[trigger.kind].name
    tail = f": {names}" if names else ""
    return Text(f"Not asked of the past: {kind.en}{tail}", f"過去では判定できないトリガー: {kind.ja}{tail}")


def _conditions(trigger: Trigger, fields: Fields) -> list[Condition]:
    """The conditions whose becoming true is the trigger; several for several thresholds. Of a segment, its own."""
    kind, values = triggers.KINDS[trigger.kind], trigger.values
    if trigger.kind == "deadline":
        measure = MEASURED[COLUMNS[values["until"]]]
        return [Is(measure, Op.BETWEEN, (0.0, float(days))) for days in values["days"]]
    if trigger.kind == "segment":
        row = Segment.objects.filter(pk=int(values["segment"])).first()
        return [conditions.parse(row.condition, fields) if row else All(())]
    return [kind.condition(values)] if kind.condition else []


def _fired(rows: Rows, heard: Mapping[int, Longs], begin: int) -> Iterator[tuple[int, int, int]]:
    """Of some accounts: what fired while the account was among those the version is for."""
    meant = (rows.truth[AUDIENCE] == 1) & (rows.truth[EXCLUDED] != 1)
    for name, holds in rows.truth.items():
        if name in (AUDIENCE, EXCLUDED):
            continue
        place, _, what = name.partition(":")
        hits = np.flatnonzero(_moved(rows, holds, what, begin) & meant)
        yield from ((int(rows.account[n]), int(rows.day[n]), int(place)) for n in hits)
    if heard and len(rows.account):
        yield from _heard(rows, meant, heard)


def _moved(rows: Rows, holds: NDArray[np.int8], what: str, begin: int) -> NDArray[np.bool_]:
    """Whoever is not certainly in a segment is out of it; any other condition is as it was while it is not known."""
    if what == "left":
        return falling(rows.account, (holds == 1).astype(np.int8))
    return rising(rows.account, rows.day, (holds == 1).astype(np.int8) if what == "entered" else holds, begin)


def _heard(rows: Rows, meant: NDArray[np.bool_], heard: Mapping[int, Longs]) -> Iterator[tuple[int, int, int]]:
    """What was heard of on a day on which the account was meant."""
    there = truths.keys(rows.account, rows.day)
    for place, keys in heard.items():
        own = keys[np.searchsorted(keys, there[0]) : np.searchsorted(keys, there[-1], side="right")]
        at = np.searchsorted(there, own)
        hits = at[(there[at] == own) & meant[at]]
        yield from ((int(rows.account[n]), int(rows.day[n]), place) for n in hits)


def _keys(pairs: Pairs) -> Longs:
    """Accounts and days as keys, sorted."""
    told = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return truths.keys(told[:, 0], told[:, 1])


def _bands(values: Values, span: Span) -> Pairs:
    """Changes of the shown colour, from the scores as they were stored."""
    scores = span.scores(span.lake, span.first - timedelta(1), span.last)
    if not len(scores):
        return set()
    account, day = np.asarray(scores.column("account").to_numpy(), np.int64), truths.days(scores.column("day"))
    told = scores.column("shown").combine_chunks().dictionary_encode()
    shown, names = np.asarray(told.indices.to_numpy()), np.array(told.dictionary.to_pylist())
    moved = (account[1:] == account[:-1]) & (shown[1:] != shown[:-1]) & np.isin(names, values["to"])[shown[1:]]
    if values["before"]:
        moved &= np.isin(names, values["before"])[shown[:-1]]
    hits = np.flatnonzero(moved) + 1
    return {(int(account[n]), int(day[n])) for n in hits}


def _fall(values: Values, span: Span) -> Pairs:
    """The score lies so many points under that of so many days before, and did not the day before."""
    days = int(values["days"])
    scores = span.scores(span.lake, span.first - timedelta(days), span.last)
    account, day = np.asarray(scores.column("account").to_numpy(), np.int64), truths.days(scores.column("day"))
    score = scores.column("score").to_numpy() / grids.MICRO
    then, there = truths.earlier(account, day, days)
    fell = np.where(there, score[then] - score >= values["points"], -1).astype(np.int8)
    hits = np.flatnonzero(rising(account, day, fell, number(span.first)))
    return {(int(account[n]), int(day[n])) for n in hits}


def _answers(values: Values, span: Span) -> Pairs:
    """The day on which an answer became known, with the score that was told then; one that was taken back later too."""
    sql = (
        "select account, min(learned_from) as day from answers where survey = ? and score between ? and ? "
        "and learned_from < believed_to group by account, key having min(learned_from) between ? and ?"
    )
    asked = [values["survey"], values["low"], values["high"], span.first, span.last]
    with span.lake.session() as db:
        return {(account, number(on)) for account, on in db.execute(sql, asked).fetchall()}


def _tickets(values: Values, span: Span) -> Pairs:
    """Days on which there came to be so many, of those known on the day to have been opened within the days before.

    A ticket counts by what was known of it on each day: one that is corrected later counts as corrected from then on.
    """
    urgent = "and priority = 'urgent'" if values["only_urgent"] else ""
    asked = [int(values["days"]), int(values["count"]), int(values["count"]), span.first, span.last]
    with span.lake.session() as db:
        return {(account, number(on)) for account, on in db.execute(_PILED_UP.format(urgent=urgent), asked).fetchall()}


_PILED_UP = """
with spans as (
  select account, greatest(opened_on, learned_from) as begins, least(believed_to, opened_on + ?::integer) as ends
  from tickets where opened_on is not null and learned_from < believed_to {urgent}
), moves as (
  select account, begins as day, 1 as n from spans where begins < ends
  union all select account, ends, -1 from spans where begins < ends
), net as (select account, day, sum(n) as n from moves group by account, day
), levels as (select account, day, sum(n) over (partition by account order by day) as level from net
), seen as (select account, day, level, lag(level, 1, 0) over (partition by account order by day) as before from levels)
select account, day from seen where level >= ? and before < ? and day between ? and ?
"""


def _left(values: Values, span: Span) -> Pairs:
    rows = Contact.objects.filter(left_on__range=(span.first, span.last))
    rows = rows.filter(role__in=values["roles"]) if values["roles"] else rows
    return {(account, number(on)) for account, on in rows.values_list("account", "left_on") if on}


def _entries(values: Values, span: Span) -> Pairs:
    rows = Entry.objects.filter(action=values["action"], account__isnull=False)
    return _days(rows.values_list("account", "recorded_at"), span)


def _dates(values: Values, span: Span) -> Pairs:
    """The day itself, by what the account says now."""
    away = timedelta(values["days"] if values["when"] == "after" else -values["days"])
    frame = segment_fields.frame([values["date"]], span.fields)
    pairs = zip(frame.column("account").to_pylist(), frame.column(values["date"]).to_pylist(), strict=True)
    return {(account, number(on + away)) for account, on in pairs if on and span.first <= on + away <= span.last}


def _days(rows: object, span: Span) -> Pairs:
    begin = datetime.combine(span.first, time(), span.zone)
    end = datetime.combine(span.last + timedelta(1), time(), span.zone)
    return {(account, _day(at, span)) for account, at in rows if begin <= at < end}  # type: ignore[attr-defined]


def _day(at: datetime, span: Span) -> int:
    return number(at.astimezone(span.zone).date())


def _uses(values: Values, span: Span) -> Pairs:
    """Days on which an event had happened so often within the days before, and had not the day before."""
    start, end = span.first - timedelta(values["days"]), span.last + timedelta(1)
    asked = [values["event"], values["event"], start, end]
    with span.lake.session(days=(start, end)) as db:
        sql = "select account, day, sum(n) as n from usage where (event = ? or feature = ?) and day >= ? and day < ? group by all"
        rows = db.execute(f"{sql} order by account, day", asked).fetchall()
    hits: Pairs = set()
    recent: dict[int, list[tuple[int, int]]] = {}
    held: dict[int, int] = {}
    for account, on, count in rows:
        day = number(on)
        kept = [(d, n) for d, n in recent.get(account, []) if day - d < values["days"]] + [(day, int(count))]
        recent[account] = kept
        if sum(n for _, n in kept) >= values["times"]:
            if day - held.get(account, -(10**6)) > values["days"]:
                hits.add((account, day))
            held[account] = day
    return hits


PAST: Mapping[str, Callable[[Values, Span], Pairs]] = {
    "band_change": _bands, "score_fall": _fall, "answer": _answers, "tickets": _tickets, "contact_left": _left,
    "entry": _entries, "date_attribute": _dates, "event": _uses,
}  # fmt: skip
