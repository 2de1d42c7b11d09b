"""An account's health as pages show it: the waterfall, the difference in parts, the trend, what was set by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dateparse import parse_date
from django.utils.translation import get_language

from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.raws import CARRIED, MISSING, OVERRIDE
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight import explanation, measures, pulses
from nenrin.insight.explanation import Explanation, Row
from nenrin.insight.models import DailyScore, Override, Pulse
from nenrin.values import Text
from nenrin.web.accounts import judgements
from nenrin.web.accounts.head import Head
from nenrin.web.charts.bands import band_of
from nenrin.web.charts.falls import Falls, Kind, Loss
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.guard import MemberRequest

SINCE_CHOICES = (7, 30, 90)
_KINDS: dict[str, Kind] = {MISSING: "missing", CARRIED: "carry", OVERRIDE: "override"}


#: Bands that need somebody: their page begins with where the points are lost.
_IN_TROUBLE: dict[Band, Text] = {
    Band.AT_RISK: Text("Why it is at risk", "なぜ危険か"),
    Band.CAUTION: Text("Why it needs attention", "なぜ注意か"),
}
MOST_SAID, WORTH_SAYING, NOTICE_AHEAD = 3, 2.0, 60


@dataclass(frozen=True, slots=True)
class Why:
    """A score explained: where the points are lost, what changed, the parts of the difference, then the waterfall."""

    title: Text
    standing: Text | None
    finding: Text
    parts: tuple[tuple[Text, float], ...]
    falls: Falls
    told: Explanation
    stamp: Text


def why(told: Explanation, top: Head) -> Why:
    known = measures.named(row.key for row in told.rows)
    return Why(
        title=_title(told),
        standing=_standing(told, top) if told.band in _IN_TROUBLE else None,
        finding=told.unknown or told.finding,
        parts=_parts(told),
        falls=Falls(
            score=told.score,
            band=band_of(told.band),
            losses=tuple(_loss(row, known.get(row.key)) for row in told.rows),
            change=told.difference if told.since else None,
            since=_brief(told.since) if told.since else "",
            edges=told.edges,
        ),
        told=told,
        stamp=_stamp(told),
    )


def page(account: Account, top: Head, request: MemberRequest) -> dict[str, object]:
    """What the Health tab adds: the explanation against a day of choice, the trend, judgements and their forms."""
    on = _day(request.GET.get("on", ""), top.today)
    since, last = _day(request.GET.get("since", ""), top.today), on or top.today
    asked = since if since and since < last else None
    since = asked or last - timedelta(days=30)
    held = top.health.version if top.health else None
    told = explanation.of(account.pk, on, asked, held) if top.health or on else None
    may_judge = bool(allowed(request.user, Permission.HEALTH_OVERRIDE))
    return {
        "why": why(told, top) if told else None,
        "since": since,
        "on": on,
        "today": top.today,
        "since_choices": [(days, top.today - timedelta(days=days)) for days in SINCE_CHOICES],
        "details": _details(told) if told else (),
        "trend": _trend(account.pk, top.health.version.document if top.health else {}),
        "pulses": Pulse.objects.filter(account=account).select_related("by").order_by("-at")[:5],
        "reasons": pulses.REASONS,
        "overrides": Override.objects.filter(account=account).select_related("by").order_by("-at")[:5],
        "pulse_form": judgements.PulseForm() if may_judge else None,
        "override_form": judgements.OverrideForm(today=top.today) if may_judge else None,
    }


def _day(text: str, today: date) -> date | None:
    """A day of the address that may be looked at; today is the newest, which needs no day."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and found.year >= 2000 and found < today else None


def _title(told: Explanation) -> Text:
    if told.unknown:
        return Text("Why it is unknown", "なぜデータ不足か")
    if told.band in _IN_TROUBLE:
        return _IN_TROUBLE[told.band]
    if told.since is None or abs(told.difference) < 1:
        return Text("Why the score is what it is", "スコアの根拠")
    return Text("Why it fell", "なぜ下がったか") if told.difference < 0 else Text("Why it rose", "なぜ上がったか")


def _standing(told: Explanation, top: Head) -> Text | None:
    """The rows that cost most, each with its value against the norm, and how long there is to act."""
    costly = [_against_norm(row) for row in told.rows if row.loss >= WORTH_SAYING and not row.key.startswith(MISSING)]
    if not costly:
        return None
    said = costly[:MOST_SAID]
    en, ja = (
        " and ".join(filter(None, [", ".join(one.en for one in said[:-1]), said[-1].en])),
        "、".join(one.ja for one in said),
    )
    limit = _time_left(top)
    return Text(f"Most points are lost to {en}.{limit.en}", f"主な失点は、{ja}。{limit.ja}")


def _against_norm(row: Row) -> Text:
    if row.points is None or row.norm.en == "—":
        return row.name
    name = row.name.en if row.name.en[1:2].isupper() else row.name.en[:1].lower() + row.name.en[1:]
    return Text(
        f"{name} ({row.value.en}, norm {row.norm.en})",
        f"{row.name.ja} {row.value.ja}（基準 {row.norm.ja}）",
    )


def _time_left(top: Head) -> Text:
    """The notice deadline where it is near: the day by which something has to be done."""
    on = top.account.notice_on
    if on is None or not 0 <= (on - top.today).days <= NOTICE_AHEAD:
        return Text("", "")
    days = (on - top.today).days
    return Text(
        f" The notice deadline is {'today' if days == 0 else 'tomorrow' if days == 1 else f'in {days} days'}.",
        "更新拒絶期限日は本日。" if days == 0 else f"更新拒絶期限日まであと{days}日。",
    )


def _parts(told: Explanation) -> tuple[tuple[Text, float], ...]:
    if told.since is None:
        return ()
    whole = (Text("Difference", "差"), told.difference)
    return (whole, *((part.name, part.points) for part in told.parts))


def _stamp(told: Explanation) -> Text:
    shown = Text("as shown", "表示時の値") if told.basis == "shown" else Text("recomputed", "再計算")
    model = f"v{told.version.number}"
    return Text(
        f"{told.model.en} {model} · {format.day(told.as_of, 'en')} · {shown.en}",
        f"{told.model.ja} {model}・{format.day(told.as_of, 'ja')}・{shown.ja}",
    )


def _loss(row: Row, measure: Measure | None) -> Loss:
    is_measure = measure is not None
    return Loss(
        label=row.name,
        loss=row.loss,
        value=row.value if is_measure else "",
        base=Text(f"norm {row.norm.en}", f"基準 {row.norm.ja}") if is_measure and row.norm.en != "—" else "",
        points=row.points,
        weight=row.weight if is_measure else None,
        recent=row.recent_loss,
        change=row.change,
        kind=_KINDS.get(row.key, "measure" if is_measure else "cap"),
        key=row.key,
        meaning=measure.description if measure else "",
    )


@dataclass(frozen=True, slots=True)
class Detail:
    """One measure with where it comes from."""

    row: Row
    description: Text
    source: Text


def _details(told: Explanation) -> tuple[Detail, ...]:
    known = measures.named(row.key for row in told.rows)
    rows = [(row, known[row.key]) for row in told.rows if row.key in known]
    return tuple(Detail(row, measure.description, measure.source) for row, measure in rows)


def _trend(account: int, document: dict[str, object]) -> Lines | None:
    """Ninety closed days: the score, and what each day alone would have given."""
    language = get_language() or "ja"
    rows = list(DailyScore.objects.filter(account=account).order_by("day").values_list("day", "score", "today", "band"))
    if len(rows) < 2:
        return None
    scores = tuple(None if band == "unknown" else score for _, score, _, band in rows)
    todays = tuple(None if band == "unknown" else today for _, _, today, band in rows)
    bands = document.get("bands")
    edges = (bands.get("caution", 40.0), bands.get("healthy", 70.0)) if isinstance(bands, dict) else (40.0, 70.0)
    return Lines(
        days=tuple(format.day(day, language, "brief") for day, *_ in rows),
        series=(
            _series(Text("Score", "スコア"), scores, language),
            _series(Text("Today's value", "その日の値"), todays, language),
        ),
        story=Text(
            f"Score of the last {len(rows)} closed days; the table has the figures",
            f"確定した直近{len(rows)}日のスコア。数値は表で確認できます",
        ),
        low=0.0,
        high=100.0,
        edges=edges,
    )


def _series(label: Text, values: tuple[float | None, ...], language: str) -> Series:
    return Series(label, values, tuple(format.number(value, language) for value in values))


def _brief(day: date) -> Text:
    return Text(format.day(day, "en", "brief"), format.day(day, "ja", "brief"))
