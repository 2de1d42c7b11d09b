"""Names of what risk speaks of: events, states of models, findings, features."""

from __future__ import annotations

from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL
from nenrin.analytics.kpis import MEASURES
from nenrin.analytics.scores.sentences import Noun
from nenrin.foundation import format, organisation
from nenrin.insight.modelling.nouns import NOUNS
from nenrin.insight.risk.features import CHANGE, HEALTH
from nenrin.values import Money, Text

EVENT_NAMES: dict[str, Text] = {
    "churn": Text("churn", "解約"),
    "involuntary": Text("involuntary churn", "支払い滞納による解約"),
    "contraction": Text("contraction", "縮小"),
    "expansion": Text("expansion", "拡大"),
}
STATE_NAMES: dict[str, Text] = {
    "trusted": Text("probabilities", "確率を表示"),
    "ranking": Text("ranking only: too few events", "順位のみ（実績が少ない）"),
    "flagged": Text("held back: signs of a leak", "保留（情報漏れの疑い）"),
    "leaking": Text("refused: knows what it could not know", "却下（後から判明した情報を含む）"),
    "not_enough": Text("not enough data", "データ不足"),
}
_OWN: dict[str, Text] = {
    HEALTH: Text("Health score", "ヘルススコア"),
    CHANGE: Text("Change of health in 30 days", "ヘルススコアの30日間の増減"),
    LEVEL: Text("Underlying level of use", "利用の基調"),
    USUAL: Text("Usual level of use", "平常時の利用水準"),
}
#: Standard deviations from the average account up to which a level is called so.
_LEVELS: tuple[tuple[float, Text], ...] = (
    (-1.5, Text("far below average", "平均を大きく下回る")),
    (-0.5, Text("below average", "平均を下回る")),
    (0.5, Text("about average", "平均並み")),
    (1.5, Text("above average", "平均を上回る")),
    (float("inf"), Text("far above average", "平均を大きく上回る")),
)

#: Measures whose name says already of what they count.
_NAMED: dict[str, Noun] = {
    "logins_per_seat_week": Noun(MEASURES["logins_per_seat_week"].name, "decimal"),
    "tickets_per_active_user": Noun(MEASURES["tickets_per_active_user"].name, "decimal"),
}


def feature(key: str) -> Text:
    """The name of a feature as pages show it."""
    measure = MEASURES.get(key)
    return measure.name if measure else _OWN.get(key, Text(key, key))


def figure(key: str, value: float | None) -> Text:
    """A feature's value in words.

    >>> figure("days_since_activity", 23).en, figure("health_score", None).ja
    ('23 days', 'データなし')
    >>> figure("use_level", -1.8).en
    'far below average'
    """
    if value is None:
        return Text("no data", "データなし")
    if key in (LEVEL, USUAL):
        return next(name for most, name in _LEVELS if value <= most)
    if key == "mrr":
        amount = Money(round(value), organisation.current().currency)
        return Text(*(format.money(amount, language) for language in ("en", "ja")))
    return (_NAMED.get(key) or NOUNS.get(key) or Noun(feature(key), "score")).figure(value)
