"""Why a page has no figures of a risk model: in one sentence, with the card of the model."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from nenrin.analytics.forecasts.hazards.models import ENOUGH_EVENTS
from nenrin.insight.models import RiskModelVersion
from nenrin.values import Text

NOT_LEARNED = Text("No risk model of churn is in use: figures by the model are missing.",
                   "使用中の解約の予測モデルがないため、モデルによる数値は「データ不足」です。")  # fmt: skip
RANKS = Text(
    "Figures by the model are missing: the risk model of churn has {events} losses to learn from and only ranks; from "
    "{enough} on it says probabilities.",
    "モデルによる数値は「データ不足」です。予測モデルが学習した解約は{events}件で、現在は順位だけを出しています（{enough}件から確率を表示）。",
)


@dataclass(frozen=True, slots=True)
class Quiet:
    """`card` is the model's page, or that of all models."""

    why: Text
    card: str


def of(event: str) -> Quiet | None:
    """None where the model in use says probabilities."""
    found = RiskModelVersion.objects.filter(event=event, used_from__isnull=False, used_until__isnull=True)
    version = found.defer("document").first()
    if version is None:
        return Quiet(NOT_LEARNED, reverse("risk-models"))
    if version.state != "ranking" and version.card.get("shows_probability"):
        return None
    told = {"events": version.card.get("events", 0), "enough": ENOUGH_EVENTS}
    return Quiet(Text(RANKS.en.format(**told), RANKS.ja.format(**told)), reverse("risk-model", args=[version.pk]))
