"""Weights learned from who left, beside the expert's of the tested version; and the way into a draft."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

import numpy as np

from nenrin.analytics.backtests import cards, risks
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel
from nenrin.analytics.backtests.risks import Watched
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.weights import suggestions
from nenrin.analytics.weights.fits import Rows
from nenrin.analytics.weights.suggestions import History, Wanting
from nenrin.foundation.actors import Actor
from nenrin.insight import health_models
from nenrin.insight.backtests import reports
from nenrin.insight.models import Backtest, HealthModelVersion

Which = Literal["learned", "blended"]
#: Days to the deadline within which an account has a level of its own.
NEAR = 30
#: A model names no measure without weight: what was learned to be worth nothing keeps this much of 100.
LEAST_WEIGHT = 0.1


class NothingLearned(LookupError):
    """There are no learned weights for this version: too few accounts have left, or the model has other measures by now."""


def weights(panel: Panel, ahead: Ahead, model: HealthModel) -> dict[str, Any]:
    """The suggestion as plain values: `wanting` accounts where there is none."""
    monthly, then = cards.every(panel, ahead, cards.APART)
    found = suggestions.suggest(history(risks.watched(monthly, then, cards.MAIN), model), _expert(model))
    if isinstance(found, Wanting):
        return {"wanting": found.accounts, "measures": []}
    plain = reports.plain(asdict(found))
    named = zip((measure.key for measure in model.measures), plain["measures"], strict=True)
    return {**plain, "wanting": 0, "measures": [{"measure": key, **one} for key, one in named]}


def history(rows: Watched, model: HealthModel) -> History:
    """What is missing counts as the tier's typical score, as in the score itself."""
    panel = rows.panel
    typical = np.array([model.typical_of(str(tier)) for tier in panel.tier], dtype=np.float64)
    points = np.where(np.isnan(panel.points), typical[:, None], panel.points)
    tiers = [panel.tier == tier for tier in np.unique(panel.tier)[1:]]
    columns = [np.ones(len(panel), dtype=bool), *tiers, panel.due_in <= NEAR]
    levels = np.column_stack(columns).astype(np.float64)
    return History(Rows(points, levels, rows.left, np.ones(len(panel))), panel.account, panel.day, rows.horizon)


def put_into_draft(row: Backtest, which: Which, *, by: Actor, at: datetime) -> HealthModelVersion:
    """Save a draft with the learned (or blended) weights; everything else is as in the draft that there is, else as in
    the version that was tested. Journal: insight.model.drafted. Raises NothingLearned."""
    learned = {one["measure"]: float(one[which]) for one in (row.weights or {}).get("measures", ())}
    draft = HealthModelVersion.objects.filter(key=row.version.key, state="draft").first()
    document = json.loads(json.dumps(draft.document if draft else row.document))
    there = [measure for group in document["groups"] for measure in group["measures"]]
    if not learned or {measure["measure"] for measure in there} != learned.keys():
        raise NothingLearned(NothingLearned.__doc__)
    for measure, weight in zip(there, shares([learned[one["measure"]] for one in there]), strict=True):
        measure["weight"] = weight
    return health_models.draft(document, by=by, at=at, note=f"{which} weights, v{row.version.number}")


def shares(found: list[float]) -> list[float]:
    """Weights of a tenth of a point that make 100, none below a tenth.

    >>> shares([33.33333, 66.66667, 0.0])
    [33.3, 66.6, 0.1]
    """
    raised = np.maximum(np.array(found), LEAST_WEIGHT)
    tenths = raised / raised.sum() * 1000
    whole = np.floor(tenths + 1e-9)
    for place in np.argsort(whole - tenths, kind="stable")[: round(1000 - whole.sum())]:
        whole[place] += 1
    low = whole < 1
    whole[np.argmax(whole)] -= low.sum()
    return [float(value) / 10 for value in np.where(low, 1, whole)]


def _expert(model: HealthModel) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([measure.weight for measure in model.measures], dtype=np.float64)
