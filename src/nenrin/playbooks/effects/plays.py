"""How often the day's suggestions worked: told from the read-outs of the playbooks that carry them out, once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nenrin.foundation import format, leases, organisation
from nenrin.ingest import lakes
from nenrin.insight import measures
from nenrin.playbooks.effects import outcomes, readings
from nenrin.playbooks.effects.outcomes import CHURN, Metric
from nenrin.playbooks.effects.readings import Reading
from nenrin.playbooks.models import Exposure, PlaybookVersion
from nenrin.values import Language, Text
from nenrin.work.queue import measured
from nenrin.work.queue.measured import Measured

NAME: Final = "playbooks.plays"
EVERY_SECONDS: Final = 24 * 3600
#: The right of whoever reads them now: a worker that is killed meanwhile loses it, and the next one reads them.
READING_SECONDS: Final = 600
#: Days after the occasion at which its effect is read.
DAYS: Final = 90
_CERTAIN: Final = ("gain", "harm")
_NONE: Final = Text("; no effect is certain yet", "。効果の有無はまだ判断できません")


def step(at: datetime) -> int:
    """Once a day; returns how many plays are measured. Only when they are kept the right is held for the day, so that no
    worker reads sooner; what breaks off is begun anew within minutes.
    """
    holder = at.isoformat()
    if not leases.take(NAME, holder=holder, seconds=READING_SECONDS, at=at):
        return 0
    count = keep(at)
    leases.take(NAME, holder=holder, seconds=EVERY_SECONDS, at=at)
    return count


def keep(at: datetime) -> int:
    """Tell My day what is known of its plays. Of several playbooks with one play the one with most accounts speaks.

    Safe to repeat.
    """
    found: dict[str, tuple[int, Measured]] = {}
    for play, accounts, one in _read(at):
        if accounts > found.get(play, (0, one))[0]:
            found[play] = accounts, one
    return measured.keep(one for _, one in found.values())


def _read(at: datetime) -> Iterator[tuple[str, int, Measured]]:
    """(play, accounts, finding) of every live playbook that has one and was read with enough accounts."""
    live = PlaybookVersion.objects.filter(state="live", playbook__archived_at__isnull=True).select_related("playbook")
    carrying = [one for one in live.order_by("playbook__key") if one.document.get("play")]
    known = measures.usable() if carrying else {}
    for version in carrying:
        key = (version.document.get("holdout") or {}).get("metric") or CHURN
        metric = outcomes.metric(key, known) or outcomes.metric(CHURN, {})
        assert metric is not None
        rows = Exposure.objects.filter(playbook=version.playbook)
        if not rows.exists():
            continue
        reading = readings.read(lakes.current(), rows, metric, DAYS, as_of=organisation.today(at))
        if reading.readout.effect is None:
            continue  # too few, or the groups are not as drawn
        play = str(version.document["play"])
        words = Text(_words(version, reading, "en"), _words(version, reading, "ja"))
        brief = Text(_brief(reading, "en"), _brief(reading, "ja"))
        told = Measured(play, version.playbook.key, brief, words, moved(reading), reading.as_of)
        yield play, reading.readout.accounts, told


def moved(reading: Reading) -> float | None:
    """Of those who would have left without it, the share that stayed; None where it is not certain, or tells of no leaving.

    A harm moves nothing.
    """
    found = reading.readout
    if reading.metric.key != CHURN or found.verdict not in _CERTAIN or not found.base or found.effect is None:
        return None
    return max(0.0, -found.effect / found.base)


def _brief(reading: Reading, language: Language) -> str:
    found, metric = reading.readout, reading.metric
    assert found.now is not None
    effect, low, high = (_gap(one, metric, language) for one in (found.effect or 0.0, *found.now))
    return Text(f"{metric.name.en} {effect} ({low} to {high})", f"{metric.name.ja} {effect}（{low}〜{high}）").in_(
        language
    )


def _words(version: PlaybookVersion, reading: Reading, language: Language) -> str:
    found, metric = reading.readout, reading.metric
    assert found.now is not None and found.mean is not None and found.base is not None
    mean, base = (_figure(one, metric, language) for one in (found.mean, found.base))
    effect, low, high = (_gap(one, metric, language) for one in (found.effect or 0.0, *found.now))
    doubt = _NONE if found.verdict not in _CERTAIN else Text("", "")
    return Text(
        f"“{version.name_en}”, {reading.days} days on: {metric.name.en} {mean} in {found.treated} families treated, {base} in "
        f"{found.held} left alone ({effect}; {low} to {high}){doubt.en}",
        f"「{version.name_ja}」の{reading.days}日後: {metric.name.ja}は実施{found.treated}件で{mean}、未実施{found.held}件で{base}"
        f"（差{effect}、95%区間 {low}〜{high}）{doubt.ja}",
    ).in_(language)


def _figure(value: float, metric: Metric, language: Language) -> str:
    return format.percent(value, language) if metric.is_share else format.number(value, language, 1)


def _gap(value: float, metric: Metric, language: Language) -> str:
    return format.signed(100 * value, language, 1, "pt") if metric.is_share else format.signed(value, language, 1)
