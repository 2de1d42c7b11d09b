"""A small health model and frames for the tests of scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.frames import Frame, Overrides
from nenrin.analytics.scores.models import HealthModel

DAY = 20_000

DOCUMENT: dict[str, Any] = {
    "key": "standard",
    "name": {"en": "Standard model", "ja": "標準モデル"},
    "typical": {"default": 60, "enterprise": 70},
    "groups": [
        {
            "key": "adoption",
            "name": {"en": "Usage", "ja": "利用"},
            "measures": [
                {"measure": "logins", "weight": 40, "curve": [[0, 0], [10, 100]]},
                {"measure": "breadth", "weight": 20, "curve": [[0, 0], [1, 100]]},
            ],
        },
        {
            "key": "sentiment",
            "name": {"en": "Sentiment", "ja": "評価"},
            "measures": [
                {"measure": "nps", "weight": 20, "curve": [[0, 0], [10, 100]], "ttl_days": 180, "age": "nps_age"}
            ],
        },
        {
            "key": "support",
            "name": {"en": "Support", "ja": "サポート"},
            "measures": [
                {"measure": "urgent_age", "weight": 20, "better": "lower", "curve": [[0, 100], [10, 0]]},
            ],
        },
    ],
    "caps": [
        {"key": "urgent", "name": {"en": "Urgent ticket over 7 days", "ja": "緊急チケットが7日超"},
         "when": {"measure": "urgent_age", "above": 7}, "score": 60},
    ],
    "hard_events": [
        {"key": "cancel_notice", "name": {"en": "Notice of cancellation", "ja": "解約通知"}, "band": "at_risk",
         "days": 90, "score": 20},
        {"key": "champion_left", "name": {"en": "Champion left", "ja": "推進者の退職"}, "band": "caution", "days": 30},
    ],
}  # fmt: skip


def model(**changed: Any) -> HealthModel:
    return documents.from_dict({**DOCUMENT, **changed})


def frame(rows: list[dict[str, float]], tiers: list[str] | None = None, **rest: Any) -> Frame:
    """Rows of values; what a row does not name is missing. Accounts are 1, 2, 3 ..."""
    keys = ("logins", "breadth", "nps", "nps_age", "urgent_age", "tenure_days")
    return Frame(
        np.arange(1, len(rows) + 1),
        {key: np.array([row.get(key, np.nan) for row in rows], dtype=float) for key in keys},
        np.array(tiers or ["mid"] * len(rows)),
        rest.get("raised", {}),
        rest.get("overrides"),
    )


def by_hand(band: int = -1, score: float = np.nan, since: int = DAY) -> Overrides:
    return Overrides(np.array([band], np.int8), np.array([score]), np.array([since]))
