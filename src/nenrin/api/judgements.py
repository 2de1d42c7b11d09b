"""REST: what people say about an account's health: pulses, and a band or score set by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Field, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.reach import editable
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.insight import overrides, pulses
from nenrin.insight.judgements import EndsBeforeItBegins, NoReason
from nenrin.insight.models import Override, Pulse
from nenrin.values import Text

router = Router(tags=["health"])
VIEW, JUDGE = Permission.HEALTH_VIEW, Permission.HEALTH_OVERRIDE
MOST_SHOWN = 200
ENDS = Text("a day after today, at most a year ahead", "翌日以降、1年以内の日付")
WHY = Text("say why: whoever reads the score later needs the reason", "理由は必須（後でスコアを見る人のため）")
ONE_OF_TWO = Text("either a band or a score from 0 to 100", "bandかscore（0〜100）のどちらか一方")
PULSE = Text(
    f"at most three, each once, of {', '.join(pulses.REASONS)}", f"次のうち3つまで: {', '.join(pulses.REASONS)}"
)


class NewPulse(Strict):
    """`grade`: 1 (worst) to 6 (best). It counts until `expires_on`, 45 days from today unless told."""

    grade: Annotated[int, Field(ge=1, le=6)]
    reasons: Annotated[list[str], Field(max_length=20)] = []
    note: Annotated[str, Field(max_length=1000)] = ""
    expires_on: date | None = None


class PulseOut(Strict):
    """`note` is null for roles that do not read personal data."""

    id: int
    account_id: int
    grade: int
    reasons: list[str]
    note: str | None
    expires_on: date | None
    by_id: int | None
    at: datetime
    lifted_at: datetime | None


class NewOverride(Strict):
    """Show this band, or this score, until the day `expires_on`; why is shown beside it. Replaces an earlier one."""

    band: Literal["healthy", "caution", "at_risk", ""] = ""
    score: Annotated[float, Field(ge=0, le=100)] | None = None
    reason: Annotated[str, Field(max_length=500)]
    expires_on: date


class OverrideOut(Strict):
    id: int
    account_id: int
    band: str
    score: float | None
    reason: str
    expires_on: date | None
    by_id: int | None
    at: datetime
    lifted_at: datetime | None


_COMMON = ("id", "account_id", "expires_on", "by_id", "at", "lifted_at")


def _pulse(row: Pulse, request: ApiRequest) -> dict[str, Any]:
    note = row.note if visible(request.member, FieldClass.PERSONAL) else None
    return {name: getattr(row, name) for name in (*_COMMON, "grade", "reasons")} | {"note": note}


def _override(row: Override) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*_COMMON, "band", "score", "reason")}


def _nul(**texts: str) -> None:
    for name, text in texts.items():
        if "\0" in text:
            raise Refused.one(name, Text("no control characters", "制御文字は不可"))


@router.get("/{int:account_id}/pulses", response=list[PulseOut], summary="List an account's pulses")
@grants(VIEW)
def list_pulses(request: ApiRequest, account_id: Id) -> Any:
    """The last 200, the newest first, those taken back included."""
    account = editable(request.member, VIEW, account_id)
    return [_pulse(row, request) for row in Pulse.objects.filter(account=account).order_by("-at", "-id")[:MOST_SHOWN]]


@router.post("/{int:account_id}/pulses", response={201: PulseOut}, summary="Give a pulse")
@grants(JUDGE)
def give_pulse(request: ApiRequest, account_id: Id, body: NewPulse) -> Any:
    """Grade an account; the latest grade counts until its end."""
    account = editable(request.member, JUDGE, account_id)
    _nul(note=body.note)
    try:
        row = pulses.give(
            account.pk, body.grade, reasons=list(dict.fromkeys(body.reasons)), note=body.note, expires_on=body.expires_on,
            by=Actor.of(request.member), at=request.at,
        )  # fmt: skip
    except pulses.InvalidPulse:
        raise Refused.one("reasons", PULSE, body.reasons) from None
    except EndsBeforeItBegins:
        raise Refused.one("expires_on", ENDS, body.expires_on) from None
    return Answer(201, _pulse(row, request))


@router.delete("/{int:account_id}/pulses/{int:pulse_id}", response=PulseOut, summary="Take a pulse back")
@grants(JUDGE)
def lift_pulse(request: ApiRequest, account_id: Id, pulse_id: Id) -> Any:
    """From now on it never was. Safe to repeat."""
    account = editable(request.member, JUDGE, account_id)
    row = Pulse.objects.filter(pk=pulse_id, account=account).first()
    if row is None:
        raise Http404(f"account {account_id} has no pulse {pulse_id}")
    return _pulse(pulses.lift(row, by=Actor.of(request.member), at=request.at), request)


@router.get("/{int:account_id}/overrides", response=list[OverrideOut], summary="List an account's overrides")
@grants(VIEW)
def list_overrides(request: ApiRequest, account_id: Id) -> Any:
    """The last 200, the newest first, those taken back included."""
    account = editable(request.member, VIEW, account_id)
    return [_override(row) for row in Override.objects.filter(account=account).order_by("-at", "-id")[:MOST_SHOWN]]


@router.post("/{int:account_id}/overrides", response={201: OverrideOut}, summary="Set health by hand")
@grants(JUDGE)
def set_override(request: ApiRequest, account_id: Id, body: NewOverride) -> Any:
    """Show a band or a score instead of the computed one until a day; an earlier override ends."""
    account = editable(request.member, JUDGE, account_id)
    _nul(reason=body.reason)
    try:
        row = overrides.set_(
            account.pk, band=body.band, score=body.score, reason=body.reason, expires_on=body.expires_on,
            by=Actor.of(request.member), at=request.at,
        )  # fmt: skip
    except overrides.InvalidOverride:
        raise Refused.one("band", ONE_OF_TWO, body.band) from None
    except NoReason:
        raise Refused.one("reason", WHY, body.reason) from None
    except EndsBeforeItBegins:
        raise Refused.one("expires_on", ENDS, body.expires_on) from None
    return Answer(201, _override(row))


@router.delete("/{int:account_id}/overrides/{int:override_id}", response=OverrideOut, summary="Take an override back")
@grants(JUDGE)
def lift_override(request: ApiRequest, account_id: Id, override_id: Id) -> Any:
    """Show what is computed again. Safe to repeat."""
    account = editable(request.member, JUDGE, account_id)
    row = Override.objects.filter(pk=override_id, account=account).first()
    if row is None:
        raise Http404(f"account {account_id} has no override {override_id}")
    return _override(overrides.lift(row, by=Actor.of(request.member), at=request.at))
