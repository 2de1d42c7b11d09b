"""An onboarding project runs behind, or nothing moves in it."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.onboarding import STANDINGS, Standing
from nenrin.work.queue import plays, said, signals
from nenrin.work.queue.portfolio import Portfolio, Signal
from nenrin.work.queue.reasons import Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [_reason(one, on) for one in signals.of(accounts, "onboarding")]


def _reason(one: Signal, on: date) -> Reason:
    standing, settled, all_, ours, theirs = one.words.split("|")
    word, day = STANDINGS[Standing(standing)], (on - one.on).days + 1
    return Reason(
        account=one.account, code="onboarding", subject=str(one.key),
        headline=Text(f"Day {day} of onboarding: {word.en.lower()}", f"オンボーディング{day}日目、{word.ja}"),
        evidence=(_done(int(settled), int(all_)), *_late(int(ours), int(theirs))),
        play=plays.play(f"onboarding_{standing}", on), facts=(one.key, standing),
    )  # fmt: skip


def _done(settled: int, of: int) -> Text:
    return Text(f"{settled} of {said.steps(of).en} settled.", f"{of}件中{settled}件が完了。")


def _late(ours: int, theirs: int) -> tuple[Text, ...]:
    if not ours and not theirs:
        return ()
    return (Text(f"Overdue: {theirs} with them, {ours} with us.", f"期限超過は顧客側{theirs}件、当社側{ours}件。"),)
