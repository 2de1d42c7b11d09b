"""Changes of the shown band, in words and with their reasons, and use that fell far, for the journal."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from nenrin.analytics.scores import differences, sentences
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.records import Record
from nenrin.analytics.scores.sentences import Noun
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.insight import days
from nenrin.insight.modelling.nouns import CLOCKS
from nenrin.insight.points import points
from nenrin.values import Text

#: Why a band changes while the score stands still.
BY_HAND = Text("Set by hand.", "手動で変更。")
BY_ITSELF = Text("What was set by hand no longer holds.", "手動変更が終了。")
OTHER_MODEL = Text("Another version of the health model judges.", "ヘルスモデルの版が変更。")
LASTED = Text(
    "The score crossed the bound before; the band follows once it has stayed beyond it.",
    "スコアは以前に境目を越えており、その状態が続いたため判定を変更。",
)
#: Use that fell far: what is left, at most, of that of the four weeks before.
FALLEN, TREND = 0.7, "usage_trend"
_CODES = {True: "insight.health.rose", False: "insight.health.fell"}


def change(
    before: Record | None, now: Record, model: HealthModel, known: Mapping[str, Noun], *, at: datetime
) -> journal.Draft | None:
    """The journal's draft for a change of the shown band; None where it did not change or was never shown.

    `known` are the nouns of the model's measures (`nouns.of`).
    """
    if before is None or before.shown is now.shown:
        return None
    words = sentences.BANDS[now.shown]
    particulars = {
        "before": f"{points(before.score):.1f}",
        "score": f"{points(now.score):.1f}",
        "today": points(now.today),
        "band": now.shown.value,
        "band_before": before.shown.value,
        "band_en": words.en,
        "band_ja": words.ja,
        "version": now.version,
        "as_of": days.day(now.day),
    }
    if now.shown is Band.UNKNOWN:
        why = why_unknown(now, model, known)
        return _draft("insight.health.unknown", now, at, {**particulars, "why_en": why.en, "why_ja": why.ja})
    if before.shown is Band.UNKNOWN:
        return _draft("insight.health.known", now, at, particulars)
    return _draft(
        _CODES[now.shown.code > before.shown.code], now, at, {**particulars, **_reasons(before, now, model, known)}
    )


def fall(before: Record | None, now: Record, *, at: datetime) -> journal.Draft | None:
    """The journal's draft for use that fell far; None where it already had, where it did not, or where nobody knew before."""
    was, trend = before.values.get(TREND) if before else None, now.values.get(TREND)
    if was is None or trend is None or not trend <= FALLEN < was:
        return None
    return _draft("insight.use.fell", now, at, {"fell": round(100 * (1 - trend)), "as_of": days.day(now.day)})


def _draft(code: str, now: Record, at: datetime, particulars: Mapping[str, object]) -> journal.Draft:
    return journal.Draft(
        code, SYSTEM, at, account=now.account, subjects=[("account", now.account)], particulars=particulars
    )


def _reasons(before: Record, now: Record, model: HealthModel, known: Mapping[str, Noun]) -> dict[str, object]:
    found = differences.difference(before, now, model, CLOCKS)
    names = _named(now.raised, before.raised, model)
    said = sentences.finding(found, known)
    if names:
        said = Text(f"{', '.join(n.en for n in names)}. {said.en}", f"{'、'.join(n.ja for n in names)}。{said.ja}")
    elif f"{points(before.score):.1f}" == f"{points(now.score):.1f}":
        why = _unmoved(before, now, model)
        said = Text(f"{said.en} {why.en}", said.ja + why.ja)
    moved = sorted(found.bars.items(), key=lambda bar: abs(bar[1]), reverse=True)[:5]
    return {
        "finding_en": said.en,
        "finding_ja": said.ja,
        "reasons": [{"bar": key, "points": points(by)} for key, by in moved if by],
    }


def _named(here: Iterable[str], there: Container[str], model: HealthModel) -> list[Text]:
    """The names of the hard events that are here and not there."""
    return [event.name for key in here if key not in there and (event := model.hard_event(key))]


def _unmoved(before: Record, now: Record, model: HealthModel) -> Text:
    """Why the band changed although the score reads the same."""
    gone = _named(before.raised, now.raised, model)
    if gone:
        names = Text(", ".join(name.en for name in gone), "、".join(name.ja for name in gone))
        return Text(f"No longer holds: {names.en}.", f"解消：{names.ja}。")
    if now.by_hand != before.by_hand:
        return BY_HAND if now.by_hand else BY_ITSELF
    if now.version != before.version:
        return OTHER_MODEL
    return LASTED


def why_unknown(record: Record, model: HealthModel, known: Mapping[str, Noun]) -> Text:
    """Why a band is unknown: too new, or too little data, with the measures that are missing."""
    tenure = record.values.get("tenure_days")
    if tenure is not None and tenure < model.grace_days:
        return Text(
            f"a customer for {tenure:.0f} days; judged from day {model.grace_days} on",
            f"契約開始から{tenure:.0f}日目（{model.grace_days}日目から判定）",
        )
    missing = [known[m.key].name for m in model.measures if record.values.get(m.key) is None and m.key in known]
    some = Text(", ".join(name.en for name in missing[:4]), "、".join(name.ja for name in missing[:4]))
    return Text(
        f"{record.coverage:.0%} of the weight has a value. Missing: {some.en}",
        f"充足率 {record.coverage:.0%}。欠けている指標: {some.ja}",
    )
