"""The measure catalogue: what each figure means, how it is read, and how many accounts have it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.analytics.kpis.measures import Measure
from nenrin.foundation.permissions import Permission
from nenrin.insight import health_models
from nenrin.insight import measures as catalogue
from nenrin.insight.models import CurrentMeasure, Health
from nenrin.values import Ratio, Text
from nenrin.web.guard import MemberRequest, requires

GROUPS: dict[str, Text] = {
    "adoption": Text("Usage", "利用"),
    "support": Text("Support", "サポート"),
    "sentiment": Text("Sentiment", "評価"),
    "commercial": Text("Contract", "契約"),
    "relationship": Text("Relationship", "関係"),
    "profile": Text("Attributes of accounts", "独自項目"),
}
DIRECTIONS: dict[str, Text] = {
    "higher": Text("more is better", "高いほど良い"),
    "lower": Text("less is better", "低いほど良い"),
    "neutral": Text("neither", "良し悪しなし"),
}
UNITS: dict[str, Text] = {
    "per_week": Text("a week", "週あたり"),
    "share": Text("share", "割合"),
    "ratio": Text("ratio", "比率"),
    "days": Text("days", "日"),
    "count": Text("count", "件数"),
    "per_user": Text("per user", "1人あたり"),
    "points": Text("points", "点"),
    "grade": Text("grade 1 to 6", "6段階"),
    "minor": Text("money, minor units", "金額（最小単位）"),
}
EMPTY: dict[str, Text] = {
    "zero": Text("silence counts as zero", "記録なしはゼロ"),
    "missing": Text("silence is missing", "記録なしはデータなし"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A measure with the share of judged accounts that have a value, and the models that use it."""

    measure: Measure
    unit: Text
    direction: Text
    empty: Text
    covered: Ratio
    models: tuple[Text, ...]


@requires(Permission.MEASURES_VIEW)
def measures(request: MemberRequest) -> HttpResponse:
    """Every measure by group."""
    counts = dict(CurrentMeasure.objects.values_list("measure").annotate(n=Count("pk")).order_by())
    judged, used = Health.objects.count(), _used()
    groups: dict[str, list[Line]] = {}
    for key, one in catalogue.usable().items():
        line = Line(
            one, UNITS[one.unit], DIRECTIONS[one.direction], EMPTY[one.empty], Ratio(counts.get(key, 0), judged),
            tuple(used.get(key, ())),
        )  # fmt: skip
        groups.setdefault(one.group, []).append(line)
    shown = [(GROUPS.get(key, Text(key, key)), lines) for key, lines in groups.items()]
    return render(request, "measures/list.html", {"as_of": request.at, "groups": shown, "judged": judged})


def _used() -> dict[str, list[Text]]:
    used: dict[str, list[Text]] = {}
    for listed in health_models.listed():
        for measure in listed.model.measures if listed.live else ():
            used.setdefault(measure.key, []).append(listed.model.name)
    return used


urlpatterns = [path("measures", measures, name="measures")]
