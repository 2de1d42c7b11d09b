"""On track, behind or stuck: days in the stage against what the stage takes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, F, FilteredRelation, Q, QuerySet, Value, When

from nenrin.customers.models import Account
from nenrin.foundation.calendar import day_of, start_of
from nenrin.values import Text
from nenrin.work.journeys.documents import Design, StageDesign
from nenrin.work.models.journey import Standing


def day(since: datetime, today: date, zone: ZoneInfo) -> int:
    """Which day of the stage today is; the first is 1."""
    return max((today - day_of(since, zone)).days, 0) + 1


def of(days: int, stage: StageDesign | None) -> Standing:
    """How an account stands on its so-many-th day."""
    if stage is None or stage.days is None or stage.stuck_from is None or days <= stage.days:
        return Standing.ON_TRACK
    return Standing.BEHIND if days <= stage.stuck_from else Standing.STUCK


def staying(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """With `stay`, the open row of each account's history; accounts without one are kept."""
    is_open = Q(stage_stays__until__isnull=True, stage_stays__undone_at__isnull=True)
    return accounts.annotate(stay=FilteredRelation("stage_stays", condition=is_open))


def standing(accounts: QuerySet[Account], design: Design, today: date, zone: ZoneInfo) -> QuerySet[Account]:
    """With `since` and `standing` of each; `staying` comes first."""
    whens = [
        When(stage=one.stage, stay__since__lt=start_of(today - timedelta(limit - 1), zone), then=Value(name.value))
        for one in design.stages
        for name, limit in ((Standing.STUCK, one.stuck_from), (Standing.BEHIND, one.days))
        if limit is not None
    ]
    found = Case(*whens, default=Value(Standing.ON_TRACK.value), output_field=CharField())
    return accounts.annotate(since=F("stay__since"), standing=found)


def meaning(standing: Standing) -> Text:
    """What the word says."""
    return _MEANING[standing]


_MEANING = {
    Standing.ON_TRACK: Text(
        "Within the days that the stage is expected to take, or the stage has no limit.",
        "ステージの想定日数以内、または日数の上限がないステージ。",
    ),
    Standing.BEHIND: Text(
        "Longer in the stage than expected, the first day counted.",
        "ステージの想定日数を超えている（入った日を1日目とする）。",
    ),
    Standing.STUCK: Text(
        "Longer in the stage than the number of days after which it is stuck.",
        "停滞とみなす日数を超えて同じステージにいる。",
    ),
}
