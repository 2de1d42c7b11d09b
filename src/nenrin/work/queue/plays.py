"""The plays that the day proposes: words, minutes, and how much of the money at stake they may move.

The shares are estimates of ours, stated so that they can be argued with; a measured effect takes their place where
there is one. None is above `CAP`: no single talk turns every account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.values import Text
from nenrin.work.queue.reasons import Play

CAP = 0.5


@dataclass(frozen=True, slots=True)
class Kind:
    title: Text
    minutes: int
    moves: float
    within: int  # business days; 0: today


KINDS: Mapping[str, Kind] = {
    "review": Kind(Text("Arrange a review before the deadline", "更新前レビューを打診する"), 30, 0.20, 0),
    "decide": Kind(Text("Talk to the decision maker", "決裁者と話す"), 20, 0.30, 0),
    "renewal": Kind(Text("Prepare the renewal conversation", "更新の打ち合わせを準備する"), 20, 0.08, 3),
    "renewal_call": Kind(Text("Say what you expect of the renewal", "更新の見立てを入力する"), 5, 0.01, 1),
    "renewal_apart": Kind(Text("Weigh the call against the model", "見立てとモデルの差を確かめる"), 10, 0.03, 1),
    "rescue": Kind(
        Text("Find out what changed and agree on a next step", "低下の要因を確認し、次の一手を合意する"), 30, 0.15, 1
    ),
    "risk": Kind(Text("Go through the reasons of the risk with them", "リスクの要因を顧客と確認する"), 20, 0.15, 2),
    "contact": Kind(Text("Get in touch", "連絡を取る"), 15, 0.05, 2),
    "talk": Kind(Text("Call or meet them", "電話または打ち合わせを設定する"), 20, 0.08, 1),
    "data": Kind(Text("Get their usage data flowing again", "利用データの連携を復旧する"), 15, 0.05, 1),
    "reply": Kind(Text("Answer what they said in the survey", "アンケートの回答に返答する"), 15, 0.12, 1),
    "ticket": Kind(
        Text("Agree on a date with support and tell them", "サポートと期日を決めて顧客へ一報する"), 15, 0.12, 0
    ),
    "successor": Kind(
        Text("Ask to be introduced to the successor", "後任の紹介を依頼する"), 20, 0.20, 0
    ),
    "seats": Kind(Text("Offer more seats before they run out", "不足する前にライセンスの追加を提案する"), 15, 0.30, 2),
    "proposal": Kind(Text("Take the next step of the proposal", "提案の次の一手を進める"), 20, 0.30, 1),
    "propose": Kind(Text("Propose what serves their goal", "顧客の目標に沿った提案をする"), 30, 0.15, 3),
    "promise": Kind(Text("Keep it, or tell them the new day", "履行するか、新しい期日を顧客へ伝える"), 10, 0.15, 0),
    "handoff": Kind(Text("Read the handoff and accept it, or ask", "引き継ぎを読み、受領または質問する"), 20, 0.10, 1),
    "handoff_due": Kind(Text("Write the handoff and send it", "引き継ぎを記入して送付する"), 30, 0.10, 0),
    "onboarding_behind": Kind(
        Text("Settle with them what is overdue", "超過している手順を顧客と片付ける"), 20, 0.15, 1
    ),
    "onboarding_stuck": Kind(Text("Offer to do the next step for them", "次の手順の代行を提案する"), 30, 0.20, 0),
    "stage_done": Kind(Text("Move them on to the next stage", "次のステージへ進める"), 5, 0.02, 2),
    "stage_behind": Kind(
        Text("Go through with them what the stage still waits for", "ステージの完了条件を顧客と確認する"), 15, 0.05, 3
    ),
    "stage_stuck": Kind(
        Text("Find out what holds them back and agree on a next step", "停滞の要因を確認し、次の一手を合意する"), 30, 0.15, 1
    ),
    "task": Kind(Text("Do what was planned", "予定の作業を進める"), 15, 0.10, 0),
}  # fmt: skip


def play(
    code: str, on: date, *, title: Text | None = None, moves: float | None = None, within: int | None = None
) -> Play:
    """A play as it would be proposed on a day."""
    kind = KINDS[code]
    share = min(kind.moves if moves is None else moves, CAP)
    due = due_on(on, kind.within if within is None else within)
    return Play(code=code, title=title or kind.title, minutes=kind.minutes, moves=share, due_on=due)


def due_on(on: date, within: int) -> date:
    """So many business days after a day; none is the day itself, or the next business day.

    >>> due_on(date(2026, 11, 21), 0)
    datetime.date(2026, 11, 24)
    """
    if within == 0 and is_business_day(on):
        return on
    return add_business_days(on, max(within, 1))
