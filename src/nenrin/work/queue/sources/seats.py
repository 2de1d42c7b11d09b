"""The seats are nearly all in use: a proposal, held back where the account is not well or we do not know."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.queue import plays, said, signals
from nenrin.work.queue.portfolio import Portfolio, Standing
from nenrin.work.queue.reasons import Reason

#: Share of paid seats in weekly use from which it is told; steps at which it is told anew.
LEAST, STEPS = 0.9, (0.9, 1.0)


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    busy = {one.account for one in signals.of(accounts, "opportunity") if one.words.startswith("seats|")}
    waiting = {one.account for one in signals.of(accounts, "waits")}
    found = (_reason(row, on) for key, row in accounts.standing.items() if key not in busy)
    return [reason for reason in found if reason and reason.account not in waiting]


def _reason(row: Standing, on: date) -> Reason | None:
    used = row.measures.get("active_user_share")
    if used is None or used < LEAST or row.band != "healthy":
        return None
    people = row.measures.get("weekly_active_users")
    seats = row.account.seats
    figures = (
        (Text(f"{people:,.0f} of {seats:,} seats in weekly use.", f"{seats:,}席のうち{people:,.0f}席が週次で利用中。"),)
        if people is not None and seats
        else ()
    )
    return Reason(
        account=row.account.pk, code="seats",
        headline=Text(f"{said.share(used)} of seats in use", f"ライセンス利用 {said.share(used)}"), evidence=figures,
        play=plays.play("seats", on), stake="growth", facts=(max(step for step in STEPS if used >= step), seats),
    )  # fmt: skip
