"""The score falls by so many points within so many days."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, FloatField, OuterRef, Subquery

from nenrin.analytics.conditions import Fields
from nenrin.insight.models import DailyScore, Health
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers.shape import YES, Found, Now, TriggerKind
from nenrin.values import Text


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    points, days = values["points"], values["days"]
    return Text(
        f"Health score falls by {points} or more in {days} days", f"ヘルススコアが{days}日間で{points}点以上低下"
    )


def finds(values: Values, now: Now) -> Found:
    """Against the score that was shown so many days ago; unsure where there was none."""
    then = DailyScore.objects.filter(account=OuterRef("pk"), day=now.today - timedelta(values["days"])).values("score")
    rows = Health.objects.filter(account__archived_at__isnull=True)
    if now.accounts is not None:
        rows = rows.filter(pk__in=now.accounts)
    compared = rows.annotate(change=F("score") - Subquery(then[:1], output_field=FloatField()))
    moved = dict(compared.values_list("pk", "change"))
    fell = {account: YES for account, change in moved.items() if change is not None and change <= -values["points"]}
    return Found(fell, frozenset(account for account, change in moved.items() if change is None))


KIND = TriggerKind(
    "score_fall",
    Text("Health score falls", "ヘルススコアが下がる"),
    (
        Param("points", Text("By at least (points)", "低下幅（点）"), "number", default=15, low=1, high=100),
        Param("days", Text("Within (days)", "期間（日）"), "number", default=30, low=1, high=90),
    ),
    says,
    finds=finds,
)
