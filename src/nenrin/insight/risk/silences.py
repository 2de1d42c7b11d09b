"""Why nothing is told of an event: no model in use, what the newest one lacks, or why it was taken out of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q, QuerySet

from nenrin.analytics.forecasts.hazards.models import FEWEST_EVENTS
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import format, organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Entry
from nenrin.insight.models import RiskModelVersion
from nenrin.values import Text

State = Literal["none", "not_enough", "leaking", "flagged", "withdrawn", "unused"]
NONE = Text("No model has been learned yet.", "予測モデルはまだ学習されていません。")
_LEAKING = Text(
    "It was refused: it knew what could not be known then. Its card names the measures.",
    "却下：後から判明した情報を含んでいました。該当する指標はモデルの詳細で確認できます。",
)
_FLAGGED = Text(
    "It is held back for signs of a leak, until a person writes down why it is none.",
    "保留：情報漏れの疑いがあります。問題がない理由を記入すると使用できます。",
)
#: What a withdrawal without a reason says.
_NO_REASON = "—"
_UNUSED = Text("No model is in use.", "使用中の予測モデルがありません。")
_NOTICED = Text("Notice has been given: the decision has fallen.", "解約通知を受領済み。予測の対象外です。")
_NO_CUSTOMER = Text("Not a paying customer on the last closed day.", "前回の日次締めの時点で課金中の契約がありません。")


@dataclass(frozen=True, slots=True)
class Silence:
    """`version`: the newest, None where none was ever learned."""

    state: State
    why: Text
    version: RiskModelVersion | None


def standing(event: str) -> QuerySet[RiskModelVersion]:
    """The version in use first, then the newest."""
    is_used = ExpressionWrapper(Q(used_from__isnull=False, used_until__isnull=True), output_field=BooleanField())
    return RiskModelVersion.objects.filter(event=event).defer("document").order_by(is_used.desc(), "-number")


def of(event: str) -> Silence | None:
    """None where a version is in use. At most two queries."""
    version = standing(event).first()
    if version is None:
        return Silence("none", NONE, None)
    return None if is_used(version) else of_version(version)


def of_account(account: Account) -> Text:
    """Why nothing is told of an account's churn. One query, two where the model was withdrawn."""
    noticed = Subscription.objects.filter(account=account, noticed_on__isnull=False, archived_at__isnull=True)
    version = standing("churn").annotate(is_noticed=Exists(noticed)).first()
    if version is None:
        return NONE
    if version.is_noticed:
        return _NOTICED
    return _NO_CUSTOMER if is_used(version) else of_version(version).why


def is_used(version: RiskModelVersion) -> bool:
    return version.used_from is not None and version.used_until is None


def of_version(version: RiskModelVersion) -> Silence:
    """Of one that is out of use. At most one query."""
    if version.state == "not_enough":
        return Silence("not_enough", missing(version), version)
    if version.used_until is not None:
        return Silence("withdrawn", ended(version) or _UNUSED, version)
    if version.state == "leaking":
        return Silence("leaking", _LEAKING, version)
    return Silence("flagged", _FLAGGED, version) if version.state == "flagged" else Silence("unused", _UNUSED, version)


def missing(version: RiskModelVersion) -> Text:
    """How much has happened of what a model needs, and how much is wanting."""
    happened, needed = int(version.card.get("events", 0)), int(version.card.get("needed", FEWEST_EVENTS))
    wanting = max(needed - happened, 0)
    return Text(
        f"Not enough data: {format.counted(happened, 'event')} so far, {needed} needed, {wanting} more.",
        f"データ不足：発生{happened}件（{needed}件必要、あと{wanting}件）。",
    )


def ended(version: RiskModelVersion) -> Text | None:
    """When it was withdrawn and why; None where it is in use, never was, or gave way to another one. At most one query."""
    entry = _withdrawal(version, version.used_until) if version.used_until else None
    if entry is None:
        return None
    day, told = day_of(entry.recorded_at, organisation.zone()), entry.particulars
    because = [str(told.get(name, told["reason"])).rstrip(".。") for name in ("reason_en", "reason_ja")]
    en, ja = (f" The reason: {because[0]}.", f"理由：{because[1]}。") if told["reason"] != _NO_REASON else ("", "")
    return Text(f"It was taken out of use on {format.day(day)}.{en}", f"{format.day(day, 'ja')}に使用を終了。{ja}")


def _withdrawal(version: RiskModelVersion, at: datetime) -> Entry | None:
    about = Entry.objects.filter(references__kind="risk_model", references__key=str(version.pk))
    return about.filter(action="insight.risk.withdrawn", recorded_at=at).order_by("-pk").first()
