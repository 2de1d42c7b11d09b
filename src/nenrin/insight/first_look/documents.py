"""A first look as plain values, for programs."""

from __future__ import annotations

import math
from typing import Any

from nenrin.analytics.revenue.figures import Figure
from nenrin.insight.first_look.caveats import caveats
from nenrin.insight.first_look.looking import Look
from nenrin.insight.lifetimes import reports

ROWS_SHOWN = 200


def document(of: Look) -> dict[str, Any]:
    """Money in minor units, shares of one; null: not enough data, or no bound."""
    parts = [reports.of_part(part) for part in of.parts]
    return {
        "file": of.told.name,
        "as_of": of.as_of,
        "currency": of.currency,
        "rows": of.told.rows,
        "customers": of.accounts,
        "customers_a_year_ago": of.base,
        "of_them_gone": of.left_behind,
        "columns": {key: ", ".join(origin.columns()) or origin.value for key, origin in of.told.mapping.fields.items()},
        "figures": {key: _figure(each) for key, each in [*of.figures.items(), ("logo_churn_month", of.monthly)]},
        "lifetimes": [{k: v for k, v in part.items() if k not in ("occasions", "tier", "levels")} for part in parts],
        "ends": {"means": of.settled.ends, "is_guess": of.settled.is_guess, "open_rows": of.settled.open},
        "assumed": {"gross_margin": of.assumed.margin, "yearly_discount": of.assumed.discount},
        "caveats": [{"key": c.key, "weight": c.weight, "en": c.text.en, "ja": c.text.ja} for c in caveats(of)],
        "marked": {each.mark: list(each.rows[:ROWS_SHOWN]) for each in of.settled.marked},
        "left_out": [
            {"row": left.number, "problems": [problem.plain() for problem in left.problems]}
            for left in of.told.left[:ROWS_SHOWN]
        ],
    }


def _figure(of: Figure) -> dict[str, Any]:
    low, high = of.interval or (None, None)
    return {"value": of.value, "n": of.n, "low": _finite(low), "high": _finite(high)}


def _finite(end: float | None) -> float | None:
    return end if end is not None and math.isfinite(end) else None
