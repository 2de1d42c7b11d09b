"""Whom a playbook could reach now: the accounts that its condition holds for, and which rule keeps which of them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import QuerySet

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.foundation import bulk
from nenrin.insight import segment_fields
from nenrin.playbooks import arms, gates
from nenrin.playbooks.lives import Live
from nenrin.values import Text

#: What keeps accounts out, by the code of the rule, in the order in which they are told.
RULES: Final[Mapping[str, Text]] = {
    "not_a_customer": Text("Customers who have left", "解約済みの顧客"),
    "unstanding": Text("Provisional or a test", "仮登録・テスト"),
    "excluded": Text("Left out by the condition", "「対象から除く」に該当"),
    "inside": Text("Under way already", "すでに実行中"),
    "never_again": Text("Reached once before, and never again", "実施済み（再登録なし）"),
    "too_soon": Text("Its last run ended too short ago", "前回の終了から再登録までの期間内"),
    "per_account": Text("As many runs in a year as are allowed", "年間の上限回数に到達"),
    "cooling": Text("Reached by another playbook lately", "他のプレイブックの実施直後"),
    "loop": Text("Stopped: playbooks set each other off", "相互の発火により停止"),
    "universal": Text("Left alone by every playbook, to measure the effect", "全プレイブックの未実施グループ"),
    "held_out": Text("Left alone, to measure the effect", "未実施グループ"),
}
#: So many accounts are asked at a time: each rule of all of them at once.
CHUNK: Final = 4_000


class Row(NamedTuple):
    """As much of an account as the rules, the draw and the list ask: the builder counts at each change of its form."""

    pk: int
    name: str
    status: str
    archived_at: datetime | None
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Out:
    """Those whom one rule keeps out, by name."""

    code: str
    accounts: tuple[tuple[int, str], ...]

    @property
    def name(self) -> Text:
        return RULES[self.code]


@dataclass(frozen=True, slots=True)
class Audience:
    """Id and name of each account that could come in now, by name, and of those whom a rule keeps out. `chances`: of being
    left alone, of those who could come in and are drawn only then."""

    open: tuple[tuple[int, str], ...]
    out: tuple[Out, ...]
    chances: tuple[float, ...] = ()

    @property
    def met(self) -> int:
        """How many the condition holds for."""
        return len(self.open) + self.kept_out

    @property
    def kept_out(self) -> int:
        return sum(len(one.accounts) for one in self.out)


def of(live: Live, at: datetime, fields: Fields, seen: QuerySet[Account] | None = None) -> Audience:
    """Nothing is drawn or written: whose arm is drawn only when they first come in may come in, with a chance of being left
    alone. `seen`: of these accounts alone, those that whoever asks may see."""
    wanted = {column for one in gates.asked(live) for column in conditions.columns(one, fields)}
    frame = segment_fields.frame(wanted, fields)
    known = gates.Known.of(live, frame.column("account").to_pylist(), at, fields, frame)
    met = sorted(known.matching)
    rows = (Account.objects.standing() if seen is None else seen).values_list(*Row._fields)
    open_ones: list[tuple[int, str]] = []
    out: dict[str, list[tuple[int, str]]] = {}
    chances: list[float] = []
    for start in range(0, len(met), CHUNK):
        some = [Row(*one) for one in rows.filter(pk__in=bulk.among(met[start : start + CHUNK])).order_by("pk")]
        for account, code, chance in _asked(live, some, known, at, fields):
            (out.setdefault(code, []) if code else open_ones).append((account.pk, account.name))
            chances += [chance] if chance else []
    told = (Out(code, _by_name(out[code])) for code in RULES if code in out)
    return Audience(_by_name(open_ones), tuple(told), tuple(chances))


def by_lot(chances: Sequence[float]) -> Text | None:
    """How many of those who come in may yet be left alone, and with what chance; None where it is drawn for all.

    >>> by_lot([0.1, 0.1]).en
    'By lot, 2 of them are left alone with a chance of 10% each, drawn when they come in'
    """
    if not chances:
        return None
    n, percent = len(chances), f"{max(chances) * 100:.0f}%"
    en, ja = ("", "") if min(chances) == max(chances) else ("at most ", "最大")
    return Text(
        f"By lot, {n:,} of them {'is' if n == 1 else 'are'} left alone with a chance of {en}{percent} each, drawn when they come in",
        f"うち{n:,}社は、対象になった時点の抽選で{ja}{percent}の確率で未実施グループになります",
    )


def _asked(
    live: Live, rows: Sequence[Row], known: gates.Known, at: datetime, fields: Fields
) -> Iterator[tuple[Row, str, float]]:
    """Each with the code of the rule that keeps it out (empty where none does), else the chance of being left alone."""
    verdicts = gates.kept_out(live, rows, known, at, fields)
    let_in = [row for row in rows if row.pk not in verdicts]
    arm = arms.foreseen_each(live, let_in, known, at, fields) if let_in else {}
    for row in rows:
        if (verdict := verdicts.get(row.pk)) is not None:
            yield row, verdict.code, 0.0
        else:
            found = arm[row.pk]
            yield row, found.verdict.code if found.verdict else "", found.chance


def _by_name(accounts: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(accounts, key=lambda one: (one[1], one[0])))
