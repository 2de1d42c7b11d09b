"""What would change if a model were published now: the same step of the same scan, with it and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from nenrin.analytics.scores import records, scans
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.frames import NEVER, Frame, Overrides
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import Layout, evaluate
from nenrin.analytics.scores.records import Record
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.insight import measures, refresh
from nenrin.insight.days import day as day_of
from nenrin.insight.days import number
from nenrin.insight.modelling import choosing, configuration
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.models import Override
from nenrin.insight.previewing import preview_changes
from nenrin.insight.previewing.preview_changes import Change
from nenrin.insight.refreshing import kept

#: The number under which the draft takes part: later than every stored version.
DRAFT = 2**62


@dataclass(frozen=True, slots=True)
class Preview:
    """Accounts by band with what is live and with the draft; `taken` is how many accounts the draft would judge.

    `samples` are ten of those, from the lowest score to the highest.
    """

    as_of: date
    before: Mapping[Band, int]
    after: Mapping[Band, int]
    changed: tuple[Change, ...]
    samples: tuple[Change, ...]
    taken: int

    @property
    def worse(self) -> int:
        return sum(change.is_worse for change in self.changed)

    @property
    def better(self) -> int:
        return len(self.changed) - self.worse


def of(model: HealthModel, *, at: datetime) -> Preview:
    """The portfolio with a draft published in place of the live version of its key, at the values of now.

    Exact for everything but facts that are still to come: a publication moves each score by what the model changes.
    """
    now = list(kept.records("now"))
    as_of = day_of(max((record.day for record in now), default=number(organisation.today(at))))
    now = [record for record in now if record.day == number(as_of)]
    yesterday = refresh.closed(None, refresh.here().scored_through)
    live = configuration.between(as_of, as_of, also={record.version for record in yesterday})
    drafted = _with_draft(live, model, as_of)
    frame, words = _frame(now, as_of, choosing.needs(drafted)), _words([record.account for record in now])
    before = _scored(live, frame, words, yesterday, as_of)
    after = _scored(drafted, frame, words, yesterday, as_of)
    pair = preview_changes.Pair(before, after, live, drafted)
    taken = np.flatnonzero(after.raw.which == drafted.place()[DRAFT])
    changed, samples = preview_changes.bands(pair), preview_changes.samples(pair, taken)
    return Preview(as_of, _counted(before), _counted(after), changed, samples, len(taken))


def _with_draft(live: Configuration, model: HealthModel, as_of: date) -> Configuration:
    """The same with the draft as the newest of its key."""
    return Configuration(
        (*live.models, model),
        (*live.versions, DRAFT),
        (*(min(since, as_of) for since in live.live_from), as_of),
        {key: ended for key, ended in live.withdrawn.items() if key != model.key},
    )


def _scored(
    live: Configuration, frame: Frame, words: Mapping[str, Any], yesterday: Sequence[Record], as_of: date
) -> scans.Day:
    which = choosing.choose(live, as_of, frame, words)
    taken = which >= 0
    state = records.state(yesterday, Layout.of(live.models), live.place())
    today = evaluate(live.models, which[taken], frame.take(taken))
    # A day that is closed already is judged once more: its own state, not the next day's.
    return scans.step(live.models, state, max(number(as_of), _day(yesterday) + 1), today)


def _day(yesterday: Sequence[Record]) -> int:
    return max((record.day for record in yesterday), default=-1)


def _frame(now: Sequence[Record], as_of: date, needs: set[str]) -> Frame:
    events = sorted({event for record in now for event in record.raised})
    return Frame(
        np.array([record.account for record in now], dtype=np.int64),
        _values(now, needs),
        np.array([record.tier for record in now], dtype=str),
        {event: np.array([r.raised.get(event, NEVER) for r in now], dtype=np.int64) for event in events},
        _overrides(now, as_of),
    )


def _values(now: Sequence[Record], needs: set[str]) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """The measures of the records. An attribute that no live model reads is in none of them: it comes from the accounts."""
    keys = [measure.key for measure in measures.evaluated(needs)]
    found = {key: np.array([record.values.get(key, np.nan) for record in now], dtype=np.float64) for key in keys}
    fresh = [key for key in keys if measures.is_attribute(key) and np.isnan(found[key]).all()]
    if fresh:
        stored = dict(Account.objects.values_list("pk", "attributes"))
        for key in fresh:
            own = (stored.get(record.account, {}).get(measures.attribute_of(key)) for record in now)
            found[key] = np.array([_figure(value) for value in own], dtype=np.float64)
    return found


def _figure(value: object) -> float:
    """A number as the lake would read it; whatever else is stored counts as missing."""
    try:
        return round(float(str(value)), 6)
    except ValueError:
        return np.nan


def _overrides(now: Sequence[Record], as_of: date) -> Overrides:
    found, place = Overrides.none(len(now)), {record.account: i for i, record in enumerate(now)}
    zone = organisation.zone()
    for row in Override.objects.filter(lifted_at__isnull=True, expires_on__gt=as_of):
        at = place.get(row.account_id)
        if at is not None:
            found.band[at] = Band(row.band).code if row.band else -1
            found.score[at] = np.nan if row.score is None else row.score
            found.since[at] = number(row.at.astimezone(zone).date())
    return found


def _words(accounts: Sequence[int]) -> dict[str, Any]:
    plain = [word for word in choosing.WORDS if word != "tags"]
    rows = {row[0]: row[1:] for row in Account.objects.values_list("pk", *plain)}
    empty = ("",) * len(plain)
    words: dict[str, Any] = {
        word: np.array([rows.get(account, empty)[n] for account in accounts], dtype=str) for n, word in enumerate(plain)
    }
    tagged: dict[int, list[str]] = {}
    for account, tag in Account.objects.filter(tags__isnull=False).values_list("pk", "tags__name"):
        tagged.setdefault(account, []).append(tag)
    words["tags"] = np.empty(len(accounts), dtype=object)
    words["tags"][:] = [tuple(tagged.get(account, ())) for account in accounts]
    return words


def _counted(day: scans.Day) -> dict[Band, int]:
    return {band: int((day.state.shown == band.code).sum()) for band in Band}
