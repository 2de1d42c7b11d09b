"""Which playbooks would let whom in if a configuration were taken: each of them asked with all its rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.foundation import bulk, format, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.playbooks import arms, audiences, gates, lives, places, playbooks, setting, sweeps
from nenrin.playbooks.audiences import Audience
from nenrin.playbooks.configuration.counts import doing, those
from nenrin.playbooks.documents.playbooks import Trigger
from nenrin.playbooks.entering import CHUNK, Door
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Run
from nenrin.playbooks.models.run import RunState
from nenrin.playbooks.triggers.shape import Now
from nenrin.values import Text

#: Accounts named one by one; the others are counted.
NAMED: Final = 10


def once_live(document: Mapping[str, Any], at: datetime) -> list[Text]:
    """For whom its condition holds, and who would come in at the first look after this playbook were published: it is
    published, looked at, and taken back."""
    with transaction.atomic():
        places.hold_group()
        row = playbooks.draft(document, by=SYSTEM, at=at)
        version = playbooks.publish(row.playbook, by=SYSTEM, at=at)
        fields, choices = setting.current()
        live = lives.stored(version, fields, choices)
        told = _meant(audiences.of(live, at, fields))
        with transaction.atomic():
            sweeps.look_for(live, Now(at, organisation.today(at), fields), Door(at, fields, choices))
            runs = Run.objects.filter(version=version).exclude(state=RunState.SKIPPED)
            found = list(runs.values_list("account", "state"))
            transaction.set_rollback(True)
        rows = list(Account.objects.filter(pk__in=bulk.among(sorted(account for account, _ in found))).order_by("name"))
        coming, held = _coming(live, rows, at, fields)
        transaction.set_rollback(True)
    states = [state for _, state in found]
    told.append(_at_once(coming))
    if held:
        told.append(
            Text(
                f"{held:,} more {'is' if held == 1 else 'are'} left alone, to measure the effect",
                f"ほか{held:,}社は未実施グループ",
            )
        )
    if lot := _by_lot(coming):
        told.append(lot)
    if RunState.ASKED in states:
        asked = len(coming) - sum(state not in (RunState.ASKED, RunState.HELD_OUT) for state in states)
        told.append(Text(f"{those(asked, 'waits', 'wait')} for approval first", f"うち{asked:,}社は承認待ち"))
    return told


def _meant(found: Audience) -> list[Text]:
    """How many may come in now; and how many may not though the condition holds, by what keeps them out."""
    n = len(found.open)
    told = [
        Text(
            f"Its condition holds for {format.counted(n, 'account')} that may come in now",
            f"対象の条件に該当し、いま対象になり得る顧客{n:,}社",
        )
    ]
    if found.kept_out:
        en = ", ".join(f"{one.name.en.lower()} {len(one.accounts):,}" for one in found.out)
        ja = "、".join(f"{one.name.ja}{len(one.accounts):,}社" for one in found.out)
        others = "other" if found.kept_out == 1 else "others"
        told.append(Text(f"{found.kept_out:,} {others} may not: {en}", f"ほか{found.kept_out:,}社は対象外（{ja}）"))
    return told


def by_segment(key: str, came: Collection[int], went: Collection[int], at: datetime) -> list[Text]:
    """Live playbooks that hear of this segment (its number) and would let accounts in that enter or leave it."""
    moved = {"entered": came, "left": went}
    return [
        told
        for live, trigger in _hearing("segment")
        if trigger.values["segment"] == key
        for told in lets_in(live, moved[trigger.values["move"]], at)
    ]


def _hearing(kind: str) -> Iterator[tuple[Live, Trigger]]:
    fields, choices = setting.current()
    for live in lives.current(fields, choices):
        yield from ((live, trigger) for trigger in live.document.triggers if trigger.kind == kind)


def lets_in(live: Live, accounts: Collection[int], at: datetime) -> list[Text]:
    """Those of these accounts that would come in, after every limit and the holdouts that are drawn; for whom none is drawn
    yet, with the chance of being left alone."""
    if not accounts:
        return []
    fields, _ = setting.current()
    rows = list(Account.objects.filter(pk__in=bulk.among(sorted(accounts))).order_by("name"))
    coming: list[_Coming] = []
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        known = gates.Known.of(live, [row.pk for row in some], at, fields)
        let_in = [row for row in some if gates.verdict(live, row, (), known, at, fields) is None]
        coming += _coming(live, let_in, at, fields, known)[0]
    if not coming:
        return []
    name, (some_en, some_ja) = live.document.name, _names([one.name for one in coming])
    told = Text(
        f"“{name.en}” lets in {format.counted(len(coming), 'account')}: {some_en}",
        f"プレイブック「{name.ja}」の対象になる{len(coming):,}社: {some_ja}",
    )
    lot = _by_lot(coming)
    return [Text(f"{told.en}. {lot.en}", f"{told.ja}。{lot.ja}") if lot else told]


@dataclass(frozen=True, slots=True)
class _Coming:
    """An account that would come in; `chance`: of being left alone, where that is drawn only then."""

    name: str
    chance: float


def _coming(
    live: Live, rows: Sequence[Account], at: datetime, fields: Fields, known: gates.Known | None = None
) -> tuple[list[_Coming], int]:
    """Those of these who are not left alone by what is drawn already, and how many are. Nobody is drawn to say so: whoever
    knew an arm beforehand could choose whom to let in."""
    if not rows:
        return [], 0
    known = known or gates.Known.of(live, [row.pk for row in rows], at, fields)
    told = arms.foreseen_each(live, rows, known, at, fields)
    coming = [_Coming(row.name, told[row.pk].chance) for row in rows if told[row.pk].verdict is None]
    return coming, len(rows) - len(coming)


def _by_lot(coming: Sequence[_Coming]) -> Text | None:
    return audiences.by_lot([one.chance for one in coming if one.chance])


def _at_once(coming: Sequence[_Coming]) -> Text:
    names = [one.name for one in coming]
    if not names:
        return Text("Nobody comes in at once", "公開直後に対象になる顧客はなし")
    some, ja_some = _names(names)
    return Text(
        f"{doing(len(names), 'comes', 'come')} in at once: {some}", f"公開直後に{len(names):,}社が対象になる: {ja_some}"
    )


def _names(found: Sequence[str]) -> tuple[str, str]:
    some, more = found[:NAMED], max(len(found) - NAMED, 0)
    return (
        ", ".join(some) + (f" and {more:,} more" if more else ""),
        "、".join(some) + (f"、ほか{more:,}社" if more else ""),
    )
