"""An account stands in a stage of its journey for longer than the stage takes."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from nenrin.customers.statuses import Stage
from nenrin.foundation import bulk, organisation
from nenrin.foundation.calendar import start_of
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.journeys import designs, placing, standings
from nenrin.work.journeys.documents import NOTHING, StageDesign
from nenrin.work.models import JourneyVersion, StageStay
from nenrin.work.models.journey import STANDINGS, Standing
from nenrin.work.queue import plays, signals
from nenrin.work.queue.portfolio import Portfolio
from nenrin.work.queue.reasons import Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    """Three queries at any size; none where no journey has a limit of days."""
    if not len(accounts):
        return []
    versions = designs.in_use()
    limited = {one.pk: _limited(one) for one in versions}
    if not any(limited.values()):
        return []
    on_journey = placing.among((row.account for row in accounts.standing.values()), versions)
    stages = {key: limited[version.pk].get(accounts.standing[key].account.stage) for key, version in on_journey.items()}
    projects = {one.account for one in signals.of(accounts, "onboarding")}
    wanted = {key: stage for key, stage in stages.items() if stage and not _is_told(key, stage, projects)}
    return _late(wanted, on)


def _limited(version: JourneyVersion) -> dict[str, StageDesign]:
    """Its stages that take a number of days."""
    return {one.stage: one for one in designs.shown(version).stages if one.days is not None}


def _is_told(account: int, stage: StageDesign, projects: set[int]) -> bool:
    """An onboarding project that runs behind says more of it than the stage does."""
    return stage.stage == Stage.ONBOARDING and account in projects


def _late(wanted: dict[int, StageDesign], on: date) -> list[Reason]:
    if not wanted:
        return []
    zone, least = organisation.zone(), min(stage.days or 0 for stage in wanted.values())
    rows = StageStay.objects.open().filter(
        account__in=bulk.among(sorted(wanted)), since__lt=start_of(on - timedelta(least - 1), zone)
    )
    rows = rows.only("account", "stage", "since", "is_exact", "is_ready").order_by("account")
    found = [
        _reason(row, wanted[row.account_id], on, zone) for row in rows if row.stage == wanted[row.account_id].stage
    ]
    return [one for one in found if one is not None]


def _reason(stay: StageStay, stage: StageDesign, on: date, zone: ZoneInfo) -> Reason | None:
    day = standings.day(stay.since, on, zone)
    standing = standings.of(day, stage)
    if standing is Standing.ON_TRACK:
        return None
    more = Text("", "") if stay.is_exact else Text(" or more", "以上")
    return Reason(
        account=stay.account_id, code="journey", subject=stage.stage,
        headline=Text(
            f"Day {day}{more.en} in {stage.name.en}, expected {stage.days}: {STANDINGS[standing].en.lower()}",
            f"「{stage.name.ja}」{day}日目{more.ja}（目安{stage.days}日）、{STANDINGS[standing].ja}",
        ),
        evidence=_evidence(stay, stage), play=plays.play(_play(stay, standing), on),
        facts=(stage.stage, stay.since.date(), standing, stay.is_ready is True),
        url=f"/accounts/{stay.account_id}/journey",
    )  # fmt: skip


def _play(stay: StageStay, standing: Standing) -> str:
    return "stage_done" if stay.is_ready else f"stage_{standing}"


def _evidence(stay: StageStay, stage: StageDesign) -> tuple[Text, ...]:
    """What the stage is for, and whether what it waits for holds."""
    goal = Text(f"Goal of the stage: {stage.goal.en}.", f"ステージの目標は「{stage.goal.ja}」。")
    told = {
        True: Text("Its exit criteria hold by now.", "完了条件は満たしている。"),
        False: Text("Its exit criteria do not hold yet.", "完了条件は未達。"),
    }
    return (*((goal,) if stage.goal != NOTHING else ()), *((told[stay.is_ready],) if stay.is_ready is not None else ()))
