"""Which playbooks would let whom in if a configuration were taken: each of them asked with all its rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.foundation import bulk, format, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.playbooks import arms, audiences, gates, lives, playbooks, setting, sweeps
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
        row = playbooks.draft(document, by=SYSTEM, at=at)
        version = playbooks.publish(row.playbook, by=SYSTEM, at=at)
        fields, choices = setting.current()
        live = lives.stored(version, fields, choices)
        told = _meant(audiences.of(live, at, fields))
        sweeps.look_for(live, Now(at, organisation.today(at), fields), Door(at, fields, choices))
        runs = Run.objects.filter(version=version).exclude(state=RunState.SKIPPED).select_related("account")
        found = [(run.account.name, run.state) for run in runs.order_by("account__name")]
        transaction.set_rollback(True)
    begun = [name for name, state in found if state != RunState.HELD_OUT]
    told.append(_at_once(begun))
    if held := len(found) - len(begun):
        told.append(
            Text(
                f"{held:,} more {'is' if held == 1 else 'are'} left alone, to measure the effect",
                f"ほか{held:,}社は未実施グループ",
            )
        )
    if asked := sum(state == RunState.ASKED for _, state in found):
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
    """Those of these accounts that would come in, after every limit and the holdouts."""
    if not accounts:
        return []
    fields, _ = setting.current()
    rows = list(Account.objects.filter(pk__in=bulk.among(sorted(accounts))).order_by("name"))
    begun = [
        name for start in range(0, len(rows), CHUNK) for name in _begun(live, rows[start : start + CHUNK], at, fields)
    ]
    if not begun:
        return []
    name, (some, ja_some) = live.document.name, _names(begun)
    return [
        Text(
            f"“{name.en}” lets in {format.counted(len(begun), 'account')}: {some}",
            f"プレイブック「{name.ja}」の対象になる{len(begun):,}社: {ja_some}",
        )
    ]


def _begun(live: Live, rows: Sequence[Account], at: datetime, fields: Fields) -> list[str]:
    """Names of those who would be let in, looked at as many at a time as really come in at a time."""
    known = gates.Known.of(live, [row.pk for row in rows], at, fields)
    let_in = [row for row in rows if gates.verdict(live, row, (), known, at, fields) is None]
    held = arms.decided(live, let_in, known, at, fields).held
    return [row.name for row in let_in if row.pk not in held]


def _at_once(names: Sequence[str]) -> Text:
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
