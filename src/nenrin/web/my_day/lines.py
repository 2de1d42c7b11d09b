"""One line of the queue as the page shows it: who, why now, what to do, and why it stands here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.values import Money, Text
from nenrin.web.accounts import rings
from nenrin.web.charts.ring import Tree
from nenrin.work.queue.reasons import Play
from nenrin.work.queue.rows import Row
from nenrin.work.queue.worth import GROWTH, Worth


@dataclass(frozen=True, slots=True)
class Line:
    """`order`: the figures by which it stands at its place. `rest`: what else could be done here."""

    place: int
    row: Row
    tree: Tree | None
    takes: Text
    stake: Text
    order: Text

    @property
    def account(self) -> Account:
        return self.row.standing.account

    @property
    def arr(self) -> Money:
        return Money(self.row.standing.arr, self.account.currency)

    @property
    def answer_url(self) -> str:
        return reverse("my-day-answer", args=[self.account.pk])

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.row.reasons)

    @property
    def rest(self) -> tuple[Text, ...]:
        return tuple(play.title for play in self.row.also)


def lines(rows: Sequence[Row], today: date, first: int = 1) -> list[Line]:
    """One query, for the rings."""
    trees = grown(rows, today)
    return [
        Line(place, row, trees.get(row.standing.account.pk), _takes(row.play, today), _stake(row.worth), ordered_by(row))
        for place, row in enumerate(rows, first)
    ]  # fmt: skip


def grown(rows: Iterable[Row], today: date) -> dict[int, Tree]:
    shown = [row.standing for row in rows]
    health = {one.account.pk: one.health for one in shown if one.health is not None}
    return rings.trees([one.account for one in shown], health, today) if shown else {}


def _takes(play: Play, today: date) -> Text:
    """Minutes, and until when."""
    if play.due_on <= today:
        return Text(f"{play.minutes} min · today", f"{play.minutes}分・今日中")
    due = play.due_on
    return Text(
        f"{play.minutes} min · by {format.day(due, 'en', 'brief')}",
        f"{play.minutes}分・{format.day(due, 'ja', 'brief')}まで",
    )


def _stake(worth: Worth) -> Text:
    """What may be lost or won, and how much of it the play may move: an estimate is called so."""
    found = {language: format.money(worth.expected, language, "compact") for language in ("en", "ja")}
    moved = {language: format.money(worth.moved, language, "compact") for language in ("en", "ja")}
    if not worth.stake.minor:
        return Text("no amount in the reporting currency", "集計通貨での金額なし")
    basis = Text("measured", "測定値") if worth.is_measured else Text("an estimate", "目安")
    return Text(
        f"{found['en']} at stake, {moved['en']} of it movable ({basis.en})",
        f"見込み {found['ja']}のうち {moved['ja']}（{basis.ja}）",
    )


def ordered_by(row: Row) -> Text:
    """The figure at which the row stands; with its play, where that is not the one that leads the row."""
    play, worth = row.best
    told = order(worth)
    if play == row.play and worth == row.worth:
        return told
    return Text(f"{play.title.en}: {told.en}", f"{play.title.ja}: {told.ja}")


def order(worth: Worth) -> Text:
    """The formula with its figures, as the reader can check it."""
    arr = {language: format.money(worth.stake, language, "text") for language in ("en", "ja")}
    p, moves = format.percent(worth.p, "en"), format.percent(worth.moves, "en", 0)
    basis = Text("model", "モデル") if worth.basis == "model" else Text("base rate", "基準値")
    rate = Money(round(worth.a_minute), worth.stake.currency)
    each = {language: format.money(rate, language, "text") for language in ("en", "ja")}
    return Text(
        f"{arr['en']} × {p} ({basis.en}, 90 days) × {moves} ÷ {worth.minutes} min = {each['en']} a minute",
        f"{arr['ja']} × {p}（{basis.ja}、90日） × {moves} ÷ {worth.minutes}分 = {each['ja']}/分",
    )


def explained() -> Text:
    """Why this order, in a sentence that holds for all rows."""
    return Text(
        "ARR × probability within 90 days × share that the play may move ÷ minutes. The probability is the model's where "
        "one speaks in figures, else the base rate of the health band. Shares are estimates until an effect has been "
        f"measured; for more seats {GROWTH:.0%} of ARR is at stake. Promised work always stands within the day.",
        "ARR × 90日以内の確率 × 打ち手で変わる割合 ÷ 所要分数。確率はモデルの値、モデルがない顧客はヘルス別の基準値。"
        f"変わる割合は効果が測定されるまでは目安。ライセンス追加はARRの{GROWTH:.0%}を対象とする。期日を約束したものは必ず今日の分に入る。",
    )


def language() -> str:
    return get_language() or "ja"
