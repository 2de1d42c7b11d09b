"""Learning risk models: each version is kept with what it was learned from, and put to use only where it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Max

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.ingest import lakes
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.insight.revenue import books
from nenrin.insight.risk import actions, beliefs, machine, outcomes, replays, tables
from nenrin.insight.risk.machine import USABLE, Learned
from nenrin.insight.risk.outcomes import Standing
from nenrin.insight.risk.words import EVENT_NAMES, STATE_NAMES
from nenrin.values import Text

EVENTS = ("churn", "involuntary", "contraction", "expansion")
TRIES = 5


class NotUsable(ValueError):
    """This version has no model that may be asked: learn another one, or use one that was learned."""


class NoReason(ValueError):
    """What the linter flagged needs a reason before the model is put to use: write why it is no leak."""


def learn(known: date, *, by: Actor, at: datetime, events: Sequence[str] = EVENTS) -> list[RiskModelVersion]:
    """New versions from everything known at the end of `known`; those without a finding are put to use.

    A version that the linter refused or flagged, or that had too few events, leaves the one in use where it is.
    Journal: insight.risk.learned, insight.risk.used. Not safe to repeat: each call makes new versions.
    """
    lake = lakes.current()
    decided = outcomes.decided(books.ledger(known))
    rows = tables.past(lake, decided)
    made = []
    for event in events:
        found = machine.learn(rows.table, event)
        seen = machine.seen(found.model, rows.table) if found.model else rows.table
        found.card.update({"share": _share(rows.standing, event), "evidence": actions.evidence(seen, event)})
        version = _alone(partial(_put, event, found, rows, known, by, at))
        if found.model is not None:
            replays.keep(rows, event, version, found.model)
        if found.model is not None and version.used_from is not None:
            beliefs.begin(version, found.model, rows.table)
        made.append(version)
    return made


def use(version: RiskModelVersion, *, by: Actor, at: datetime, reason: str = "") -> RiskModelVersion:
    """Put a version to use in place of the one that is. Journal: insight.risk.used. Raises NotUsable, NoReason.

    Safe to repeat.
    """
    if version.state not in USABLE:
        raise NotUsable(NotUsable.__doc__)
    if version.state == "flagged" and not reason.strip():
        raise NoReason(NoReason.__doc__)
    return _alone(partial(_put_to_use, version.pk, by, at, reason.strip()))


def withdraw(version: RiskModelVersion, *, by: Actor, at: datetime, reason: str | Text = "") -> RiskModelVersion:
    """No longer use it; what it told is taken away, nothing is told until another is put to use. Journal: insight.risk.withdrawn. Safe to repeat."""
    with transaction.atomic():
        version = RiskModelVersion.objects.select_for_update().get(pk=version.pk)
        if version.used_from is not None and version.used_until is None:
            RiskModelVersion.objects.filter(pk=version.pk).update(used_until=at)
            Risk.objects.filter(event=version.event).delete()
            _told("withdrawn", version, by, at, **_because(reason))
    return RiskModelVersion.objects.get(pk=version.pk)


def _because(reason: str | Text) -> dict[str, str]:
    if isinstance(reason, str):
        return {"reason": reason.strip() or "—"}
    return {"reason": f"{reason.en} / {reason.ja}", "reason_en": reason.en, "reason_ja": reason.ja}


def in_use(event: str) -> RiskModelVersion | None:
    return RiskModelVersion.objects.filter(event=event, used_from__isnull=False, used_until__isnull=True).first()


def _alone(deed: Callable[[], RiskModelVersion]) -> RiskModelVersion:
    """Numbers and the one version in use belong to all processes: who comes second begins again with what the first left."""
    for _ in range(TRIES - 1):
        with suppress(IntegrityError), transaction.atomic():
            return deed()
    with transaction.atomic():
        return deed()


def _put(event: str, found: Learned, rows: tables.Rows, known: date, by: Actor, at: datetime) -> RiskModelVersion:
    version = _keep(event, found, rows, known, by, at)
    if found.state in ("trusted", "ranking"):
        _use(version, by, at)
    return version


def _put_to_use(key: int, by: Actor, at: datetime, reason: str) -> RiskModelVersion:
    version = RiskModelVersion.objects.select_for_update().get(pk=key)
    if version.used_from is None or version.used_until is not None:
        _use(version, by, at, reason)
    return version


def _keep(event: str, found: Learned, rows: tables.Rows, known: date, by: Actor, at: datetime) -> RiskModelVersion:
    begins, ends = rows.table.begins, rows.table.ends
    version = RiskModelVersion.objects.create(
        event=event, number=_next(event), state=found.state, known_on=known, learned_at=at,
        first_on=_date(int(begins.min())) if len(begins) else None,
        last_on=_date(int(ends.max())) if len(ends) else None,
        document=found.document, card=found.card, findings=found.findings,
        author_id=by.member,
    )  # fmt: skip
    state = STATE_NAMES[found.state]
    _told("learned", version, by, at, state_en=state.en, state_ja=state.ja, rows=len(begins), known=known)
    return version


def _next(event: str) -> int:
    return 1 + (RiskModelVersion.objects.filter(event=event).aggregate(last=Max("number"))["last"] or 0)


def _share(standing: Standing, event: str) -> float:
    """How much of its MRR an account lost or won by the event, all of them together."""
    mine = standing.outcome == tables.EVENTS[event]
    before = int(standing.minor[mine].sum())
    return 1.0 if event in tables.ENDS or not before else round(float(standing.change[mine].sum()) / before, 6)


def _use(version: RiskModelVersion, by: Actor, at: datetime, reason: str = "") -> None:
    standing = RiskModelVersion.objects.filter(event=version.event, used_from__isnull=False, used_until__isnull=True)
    standing.exclude(pk=version.pk).update(used_until=at)
    RiskModelVersion.objects.filter(pk=version.pk).update(used_from=at, used_until=None, told_on=None)
    version.used_from, version.used_until, version.told_on = at, None, None
    _told("used", version, by, at, reason=reason or "—")


def _told(what: str, version: RiskModelVersion, by: Actor, at: datetime, **particulars: object) -> None:
    name = EVENT_NAMES[version.event]
    said = {"event_en": name.en, "event_ja": name.ja, "number": version.number, **particulars}
    journal.record(f"insight.risk.{what}", actor=by, at=at, subject=("risk_model", version.pk), particulars=said)


def _date(n: int) -> date:
    return date(1970, 1, 1) + timedelta(n)
