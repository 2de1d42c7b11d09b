"""A silent customer: nothing was used, or nothing is known of its use. The two must not look alike."""

from __future__ import annotations

from typing import Any

from nenrin.analytics.scores.raws import raw
from tests.analytics.scores_cast import frame, model

#: Usage weighs 35 of 100; everything else stands at 70 points; customers of the tier usually have 65.
GROUPS: list[dict[str, Any]] = [
    {
        "key": "adoption",
        "name": {"en": "Usage", "ja": "利用"},
        "measures": [{"measure": "logins", "weight": 35, "curve": [[0, 0], [10, 100]]}],
    },
    {
        "key": "sentiment",
        "name": {"en": "Sentiment", "ja": "評価"},
        "measures": [{"measure": "nps", "weight": 65, "curve": [[0, 0], [10, 100]]}],
    },
]


def test_silence_counts_as_zero_use_and_only_an_unknown_use_as_missing() -> None:
    """35 % x 0 + 65 % x 70 = 45.5; unknown: 65 % x 70 + 35 % x 65 = 68.25."""
    small = model(groups=GROUPS, typical={"default": 65}, caps=[], hard_events=[])
    silent, unknown = {"logins": 0.0, "nps": 7.0}, {"nps": 7.0}
    assert raw(small, frame([silent, unknown])).score.tolist() == [45_500_000, 68_250_000]
