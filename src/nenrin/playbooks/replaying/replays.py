"""Replays: asked for, computed beside the other work, stored with their version."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F

from nenrin.analytics.lake import Lake
from nenrin.analytics.replays import efforts, gating, outcomes
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.ingest import lakes
from nenrin.insight.days import day as date_of
from nenrin.insight.days import number
from nenrin.insight.revenue import leavers
from nenrin.playbooks import arms, holdouts, lives, setting, words
from nenrin.playbooks.documents.playbooks import Playbook, walked
from nenrin.playbooks.effects import onboardings
from nenrin.playbooks.effects.onboardings import ONBOARDING, Course
from nenrin.playbooks.models import PlaybookReplay, PlaybookVersion
from nenrin.playbooks.replaying import failures, neighbours, occasions
from nenrin.playbooks.replaying.neighbours import Neighbour
from nenrin.playbooks.replaying.occasions import Occasions, Span
from nenrin.values import Text

log = logging.getLogger(__name__)
MONTHS_AT_MOST = 24
ATTEMPTS = 3
#: Replays of one version that are kept, and firings whose accounts are kept with each.
KEPT, LISTED = 5, 20_000
#: Days that a business day and an hour are taken for.
DAYS = {"business_days": 7 / 5, "days": 1.0, "hours": 1 / 24}


class TooLong(ValueError):
    """A replay spans from 1 to 24 months."""


def ask(version: PlaybookVersion, *, months: int = 12, by: Actor, at: datetime) -> PlaybookReplay:
    """Have a version replayed over so many months up to yesterday; one that waits already is returned as it is.

    The live version is replayed beside a draft, so that the two can be compared; the other live playbooks, where they were
    not tried on these days yet, so that what meets on one account shows. Raises TooLong. Journal: playbooks.replay.asked.
    """
    if not 1 <= months <= MONTHS_AT_MOST:
        raise TooLong(TooLong.__doc__)
    last = organisation.today(at) - timedelta(1)
    first = last - timedelta(round(months * 365 / 12)) + timedelta(1)
    with transaction.atomic():
        row = _asked(version, first, last, by, at)
        live = version.playbook.versions.filter(state="live").exclude(pk=version.pk).first()
        if live is not None and not live.replays.filter(first=first, last=last).exists():
            _asked(live, first, last, by, at)
        for other in neighbours.untried(version, first, last):
            _asked(other, first, last, SYSTEM, at)
    return row


def _asked(version: PlaybookVersion, first: date, last: date, by: Actor, at: datetime) -> PlaybookReplay:
    waiting = version.replays.filter(state="asked", first=first, last=last).first()
    if waiting is not None and waiting.document == version.document:
        return waiting
    row = PlaybookReplay.objects.create(
        version=version, document=version.document, first=first, last=last, author_id=by.member, asked_at=at
    )
    _record("asked", row, by, at)
    return row


def step(at: datetime) -> int:
    """One replay that waits; 1 where there was one. Safe to repeat. Journal: playbooks.replay.done or .failed.

    Those that somebody asked for come before those asked for beside them. One that cannot be computed is tried three times,
    after those that were tried less, and keeps why.
    """
    waiting = PlaybookReplay.objects.filter(state="asked").select_related("version__playbook")
    row = waiting.order_by("attempts", F("author").asc(nulls_last=True), "pk").first()
    if row is None:
        return 0
    PlaybookReplay.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
    if row.attempts >= ATTEMPTS:
        _fail(row, failures.WITHOUT_RESULT, at)
        return 1
    try:
        report = replayed(row, lakes.current())
    except failures.OF_THE_DATABASE:
        raise
    except Exception as problem:
        log.exception("replay %s failed", row.pk)
        if failures.is_final(problem) or row.attempts + 1 >= ATTEMPTS:
            _fail(row, failures.words(problem), at)
        return 1
    _keep(row, report, at)
    return 1


def _keep(row: PlaybookReplay, report: dict[str, Any], at: datetime) -> None:
    with transaction.atomic():
        row.report, row.state, row.done_at = report, "done", at
        row.save(update_fields=["report", "state", "done_at"])
        old = row.version.replays.exclude(state="asked").order_by("-pk").values_list("pk", flat=True)[KEPT:]
        PlaybookReplay.objects.filter(pk__in=list(old)).delete()
        neighbours.settle(row.first, row.last)
        _record("done", row, SYSTEM, at)


def _fail(row: PlaybookReplay, words: Text, at: datetime) -> None:
    with transaction.atomic():
        row.state, row.problem, row.done_at = "failed", {"en": words.en, "ja": words.ja}, at
        row.save(update_fields=["state", "problem", "done_at"])
        neighbours.settle(row.first, row.last)
        _record("failed", row, SYSTEM, at)


def replayed(row: PlaybookReplay, lake: Lake) -> dict[str, Any]:
    """The report of a replay. Raises NotKept, Unreadable."""
    fields, choices = setting.current()
    as_it_was = PlaybookVersion(playbook=row.version.playbook, document=row.document, state=row.version.state)
    live = lives.readable(as_it_was, fields, choices)
    span = Span(lake, row.first, row.last, fields, organisation.zone())
    found = occasions.found(live.document, span)
    decided = decisions(lake, row.last)
    owners = dict(Account.objects.filter(owner__isnull=False).values_list("pk", "owner_id"))
    alone = arms.drawn_alone(live.document, holdouts.parents())
    told = report(live.document, found, decided, owners, neighbours.of(row), row.first, row.last, alone)
    if live.document.hypothesis.measure == ONBOARDING:
        told["onboarding"] = onboarded(found, live.document, onboardings.courses(), row.last)
    return told


def onboarded(found: Occasions, document: Playbook, known: Mapping[int, list[Course]], last: date) -> dict[str, int]:
    """Of the firings that begin a run: after how many the account completed its onboarding within 90 days, after how many
    it did not, how many are not over, and how many had none.
    """
    gated = _gated(found, document)
    pairs = list(zip(found.account[gated.begun].tolist(), found.day[gated.begun].tolist(), strict=True))
    told = onboardings.after(pairs, known, outcomes.WITHIN, number(last))
    has = ~np.isnan(onboardings.after(pairs, known, outcomes.WITHIN, number(last) + outcomes.WITHIN))
    settled = ~np.isnan(told)
    return {
        "completed": int((told == 1).sum()), "not_completed": int((told == 0).sum()),
        "open": int((has & ~settled).sum()), "none": int((~has).sum()),
    }  # fmt: skip


def decisions(lake: Lake, as_of: date) -> dict[int, list[tuple[int, int]]]:
    """Days on which accounts decided to leave, as known at the end of a day, each with that from which they were customers
    again (`outcomes.NEVER`: they are not)."""
    begun: dict[int, list[int]] = {}
    told = leavers.spells(lake, as_of)
    for spell in told:
        begun.setdefault(spell.account, []).append(spell.starts)
    found: dict[int, list[tuple[int, int]]] = {}
    for spell in told:
        if spell.decided is not None:
            back = min((on for on in begun[spell.account] if on > spell.decided), default=outcomes.NEVER)
            found.setdefault(spell.account, []).append((spell.decided, back))
    return found


def report(
    document: Playbook, found: Occasions, decided: outcomes.Decisions, owners: Mapping[int, int],
    others: Mapping[str, Neighbour], first: date, last: date, alone: frozenset[int] = frozenset(),
) -> dict[str, Any]:  # fmt: skip
    """What is stored: plain values, in the order in which a page tells them. `alone`: accounts that today's holdouts
    would leave alone, for whom nobody works and nothing is sent.
    """
    caps, gated = document.limits.caps, _gated(found, document)
    account, day = found.account[gated.begun], found.day[gated.begun]
    became = outcomes.after(account, day, decided, number(last))
    caught = outcomes.caught(account, day, decided, number(first), number(last))
    works = ~np.isin(account, np.array(sorted(alone), np.int64))
    effort = efforts.effort(account[works], day[works], owners, words.minutes(document), number(first), number(last))
    return {
        "fired": len(account),
        "accounts": len(set(account.tolist())),
        "inside": int(gated.inside.sum()),
        "too_soon": int(gated.too_soon.sum()),
        "held_out": int((~works).sum()),
        "months": _months(day, became, first, last),
        "busiest_day": int(np.unique(day, return_counts=True)[1].max()) if len(day) else 0,
        "effort": asdict(effort),
        "mails": asdict(efforts.mails(account[works], day[works], words.mails(document), caps.per_contact)),
        "outcomes": {key: became.count(key) for key in outcomes.ALL},
        "caught": asdict(caught),
        "overlaps": neighbours.told(account, day, first, last, others),
        "notes": [{"en": one.en, "ja": one.ja} for one in (*found.notes, *todays(document, alone))],
        "firings": [[int(a), int(d), out] for a, d, out in zip(account, day, became, strict=True)][:LISTED],
    }


def _gated(found: Occasions, document: Playbook) -> gating.Gated:
    limits = document.limits
    policy = gating.Policy(limits.again.after_days, run_days(document), limits.caps.per_account)
    return gating.gate(found.account, found.day, policy)


def todays(document: Playbook, alone: frozenset[int]) -> list[Text]:
    """What is counted by how things are today, as the past does not know it, or is not counted at all."""
    notes = [Text("Work is counted by today's owners", "工数は現在の担当者で集計")]
    if any(one.kind == "contact_left" and one.values["roles"] for one in document.triggers):
        notes.append(Text("Whoever left is taken in their role of today", "退任者の役割は現在の登録による"))
    if alone:
        notes.append(Text("Left alone are those whom today's shares draw; who was in danger then is not asked",
                          "未実施の顧客は現在の割合で判定（当時の危険判定による除外は考慮しない）"))  # fmt: skip
    if document.limits.cool_down_days:
        notes.append(Text("The days after other playbooks are not kept", "他のプレイブックとの間隔は考慮しない"))
    return notes


def _months(day: Any, became: list[str], first: date, last: date) -> list[list[Any]]:
    """[month, fired, of them left within 90 days, whether the month is whole]."""
    counts: dict[str, list[int]] = {}
    at = date(first.year, first.month, 1)
    while at <= last:
        counts[f"{at:%Y-%m}"] = [0, 0]
        at = (at + timedelta(32)).replace(day=1)
    for on, out in zip(day.tolist(), became, strict=True):
        month = counts[f"{date_of(on):%Y-%m}"]
        month[0] += 1
        month[1] += out == outcomes.LEFT
    whole = {f"{last:%Y-%m}": (last + timedelta(1)).day == 1, f"{first:%Y-%m}": first.day == 1}
    return [[month, *pair, whole.get(month, True)] for month, pair in counts.items()]


def run_days(document: Playbook) -> int:
    """How long a run goes on, at most: every wait to its end, or until its goal is given up."""
    if document.goal and document.goal.within_days:
        return document.goal.within_days
    waits = [one.values for one in walked(document.steps) if one.kind in ("wait", "wait_until")]
    return round(sum(values["time"] * DAYS[values["unit"]] for values in waits)) or 1


def _record(verb: str, row: PlaybookReplay, by: Actor, at: datetime) -> None:
    version = row.version
    told = {"name_en": version.name_en, "name_ja": version.name_ja, "number": version.number}
    journal.record(
        f"playbooks.replay.{verb}", actor=by, at=at, subject=("playbook", version.playbook_id), particulars=told
    )
