"""Many tickets within a few days."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from nenrin.analytics.conditions import Fields
from nenrin.ingest.models import Ticket
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers.shape import YES, Found, Now, TriggerKind
from nenrin.values import Text


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    count, days = values["count"], values["days"]
    if values["only_urgent"]:
        return Text(f"{count} urgent tickets or more in {days} days", f"{days}日間に緊急の問い合わせが{count}件以上")
    return Text(f"{count} tickets or more in {days} days", f"{days}日間に問い合わせが{count}件以上")


def finds(values: Values, now: Now) -> Found:
    recent = Q(opened_at__gt=now.at - timedelta(values["days"]), retracted_at__isnull=True)
    rows = Ticket.objects.filter(recent, account__archived_at__isnull=True)
    if values["only_urgent"]:
        rows = rows.filter(priority="urgent")
    if now.accounts is not None:
        rows = rows.filter(account__in=now.accounts)
    many = rows.values("account").annotate(n=Count("pk")).filter(n__gte=values["count"])
    return Found(dict.fromkeys(many.values_list("account", flat=True), YES))


KIND = TriggerKind(
    "tickets",
    Text("Tickets pile up", "問い合わせが急増"),
    (
        Param("count", Text("Tickets (at least)", "件数（以上）"), "number", default=5, low=1, high=1000),
        Param("days", Text("Within (days)", "期間（日）"), "number", default=7, low=1, high=90),
        Param("only_urgent", Text("Only urgent ones", "緊急のみ"), "flag", required=False, default=False),
    ),
    says,
    finds=finds,
)
