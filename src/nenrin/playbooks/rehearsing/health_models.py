"""A draft of a health model on the past, beside the live one: colours that would have changed, playbooks that would have fired.

Both are lived through day by day, as accounts were known at the end of each; with many accounts every seventh day, and
smoothing takes as many days at a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import documents, scans
from nenrin.analytics.scores.bands import UNKNOWN, Band
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import Layout
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.insight.days import day as date_of
from nenrin.insight.days import number
from nenrin.insight.modelling import configuration
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.refreshing import evaluation
from nenrin.playbooks import lives, setting, whys
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.replaying import occasions
from nenrin.playbooks.replaying.grids import NotKept
from nenrin.playbooks.replaying.occasions import Span
from nenrin.values import Text

#: Days lived through before the first one that counts, so that smoothing has forgotten its start.
WARM_UP_DAYS = 91
#: Above so many accounts every seventh day is lived through.
MANY, WEEKLY = 2000, 7
LISTED = 20_000
_NAMES = np.array([band.value for band in Band])


@dataclass(frozen=True, slots=True)
class Lived:
    """Health on each day that was lived through, sorted by account and day. `score` in millionths."""

    account: NDArray[np.int64]
    day: NDArray[np.int64]
    score: NDArray[np.int64]
    shown: NDArray[np.int8]
    coverage: NDArray[np.float64]

    def since(self, first: int) -> Lived:
        kept = self.day >= first
        return Lived(self.account[kept], self.day[kept], self.score[kept], self.shown[kept], self.coverage[kept])


def report(row: Rehearsal, lake: Lake) -> dict[str, Any]:
    """What is stored: figures of the draft and of the live version beside it."""
    model, apart = documents.from_dict(row.document), 1 if Account.objects.count() <= MANY else WEEKLY
    live = _now(row.last)
    drafted = _with(live, model)
    both = [live_through(lake, one, row.first, row.last, apart) for one in (live, drafted)]
    first = number(row.first)
    counted = [figures(one.since(first), apart) for one in both]
    return {
        "apart": apart,
        "live": counted[0],
        "draft": counted[1],
        "months": _months([one.since(first) for one in both], row.first, row.last),
        "moved": moved(both[0].since(first), both[1].since(first)),
        **_playbooks(lake, row, both, apart),
    }


def _now(day: date) -> Configuration:
    """What is live on a day, as if it had been all along."""
    found = configuration.between(day, day)
    places = found.on(day)
    return Configuration(
        tuple(found.models[place] for place in places), tuple(found.versions[place] for place in places),
        tuple(date.min for _ in places),
    )  # fmt: skip


def _with(live: Configuration, model: HealthModel) -> Configuration:
    """The same with the draft in place of the version of its key."""
    models = [one for one in live.models if one.key != model.key] + [model]
    return Configuration(tuple(models), tuple(range(len(models))), tuple(date.min for _ in models))


def live_through(lake: Lake, models: Configuration, first: date, last: date, apart: int) -> Lived:
    """Every day (or every seventh) of the span and its warm-up, scanned from the first."""
    back = range((last - first).days + WARM_UP_DAYS, -1, -1)
    days = tuple(last - timedelta(n) for n in back if n % apart == 0)
    paced = tuple(replace(one, half_life_days=one.half_life_days / apart) for one in models.models)
    layout, parts = Layout.of(paced), []
    for slab in evaluation.evaluate(lake, Grid(days), models):
        empty = scans.start(layout, np.array([], dtype=np.int64))
        lived = scans.scan(paced, empty, ((number(one.day), one.which, one.frame) for one in slab))
        parts += list(_rows(lived))
    return _sorted(parts)


def _rows(lived: Iterator[scans.Day]) -> Iterator[Lived]:
    for day in lived:
        state = day.state
        yield Lived(state.accounts, np.full(len(state.accounts), day.day), day.score, state.shown, day.raw.coverage)


def _sorted(parts: Sequence[Lived]) -> Lived:
    if not parts:
        none = np.zeros(0, np.int64)
        return Lived(none, none, none, none.astype(np.int8), none.astype(np.float64))
    whole = Lived(
        np.concatenate([one.account for one in parts]), np.concatenate([one.day for one in parts]),
        np.concatenate([one.score for one in parts]), np.concatenate([one.shown for one in parts]),
        np.concatenate([one.coverage for one in parts]),
    )  # fmt: skip
    order = np.lexsort((whole.day, whole.account))
    return Lived(*(getattr(whole, name)[order] for name in ("account", "day", "score", "shown", "coverage")))


def changed(lived: Lived) -> NDArray[np.bool_]:
    """Rows whose colour is another than the one before; from and to unknown is no change of mind."""
    found = np.zeros(len(lived.account), bool)
    shown = lived.shown
    same = lived.account[1:] == lived.account[:-1]
    found[1:] = same & (shown[1:] != shown[:-1]) & (shown[1:] != UNKNOWN) & (shown[:-1] != UNKNOWN)
    return found


def figures(lived: Lived, apart: int) -> dict[str, Any]:
    years = len(lived.account) * apart / 365
    changes = int(changed(lived).sum())
    last = lived.shown[lived.day == lived.day.max()] if len(lived.day) else lived.shown
    return {
        "accounts": len(np.unique(lived.account)),
        "account_years": round(years, 1),
        "changes": changes,
        "changes_a_year": round(changes / years, 3) if years else None,
        "bands": {band.value: int((last == band.code).sum()) for band in Band},
        "at_risk_share": float((lived.shown == Band.AT_RISK.code).mean()) if len(lived.shown) else 0.0,
    }


def _months(both: Sequence[Lived], first: date, last: date) -> list[list[Any]]:
    """[month, changes under the live version, under the draft]."""
    counts: dict[str, list[int]] = {}
    at = date(first.year, first.month, 1)
    while at <= last:
        counts[f"{at:%Y-%m}"] = [0, 0]
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    for place, lived in enumerate(both):
        for on in lived.day[changed(lived)].tolist():
            counts[f"{date_of(on):%Y-%m}"][place] += 1
    return [[month, *pair] for month, pair in counts.items()]


def moved(live: Lived, draft: Lived) -> list[list[Any]]:
    """[account, colour shown by the live version, by the draft] of those that differ on the last day."""
    ends = [_ends(one) for one in (live, draft)]
    found = [
        [account, str(_NAMES[ends[0].get(account, UNKNOWN)]), str(_NAMES[shown])]
        for account, shown in sorted(ends[1].items())
        if ends[0].get(account, UNKNOWN) != shown
    ]
    return found[:LISTED]


def _ends(lived: Lived) -> dict[int, int]:
    last = lived.day == (lived.day.max() if len(lived.day) else 0)
    return dict(zip(lived.account[last].tolist(), lived.shown[last].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Daily:
    """Scores as `history.scores` tells them: those of a week stand for each of its days."""

    lived: Lived
    apart: int

    def __call__(self, lake: Lake, first: date, last: date) -> pa.Table:
        low, high, apart = number(first), number(last), self.apart
        kept = (self.lived.day + apart > low) & (self.lived.day <= high)
        account, score, shown, coverage = (
            np.repeat(one[kept], apart)
            for one in (self.lived.account, self.lived.score, self.lived.shown, self.lived.coverage)
        )
        day = np.repeat(self.lived.day[kept], apart) + np.tile(np.arange(apart), int(kept.sum()))
        within = (day >= low) & (day <= high)
        return pa.table(
            {
                "account": account[within],
                "day": pa.array(day[within].astype(np.int32)).cast(pa.date32()),
                "score": score[within],
                "coverage": coverage[within],
                "shown": pa.array(_NAMES.tolist(), pa.string()).take(pa.array(shown[within])),
            }
        )


def _playbooks(lake: Lake, row: Rehearsal, both: Sequence[Lived], apart: int) -> dict[str, Any]:
    """How often each live playbook that looks at health would have fired, under the live version and under the draft."""
    fields, choices = setting.current()
    looking: list[Live] = []
    left_out = []
    for live in _looking(fields, choices):
        try:
            occasions.refuse(live.document, fields)
            looking.append(live)
        except NotKept as missing:
            left_out.append({**_named(live), "why": ", ".join(missing.names)})
    spans = [Span(lake, row.first, row.last, fields, organisation.zone(), Daily(one, apart)) for one in both]
    found = [occasions.found_each([live.document for live in looking], span) for span in spans] if looking else [[], []]
    rows = [
        {**_named(live), "playbook": live.row.key, "live": len(now.account), "draft": len(then.account)}
        for live, now, then in zip(looking, *found, strict=True)
    ]
    return {"playbooks": rows, "left_out": left_out}


def _named(live: Live) -> dict[str, str]:
    name = Text(live.version.name_en, live.version.name_ja)
    return {"en": name.en, "ja": name.ja}


def _looking(fields: Fields, choices: Setting) -> Iterator[Live]:
    """Live playbooks that a colour or a score lets in."""
    for live in lives.current(fields, choices):
        if live.problem is None and _looks_at_health(live, fields):
            yield live


def _looks_at_health(live: Live, fields: Fields) -> bool:
    if any(one.kind in ("band_change", "score_fall") for one in live.document.triggers):
        return True
    asked = {key for one in whys.document_conditions(live) for key in conditions.columns(one, fields)}
    return any(key.startswith("health.") for key in asked)
