"""What asks for an answer: an urgent ticket that stays open, a detractor nobody answered, a decision maker who left."""

from __future__ import annotations

from datetime import date

from nenrin.customers.statuses import DecisionRole, word
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.work.queue import plays, said, signals
from nenrin.work.queue.portfolio import Portfolio, Signal
from nenrin.work.queue.reasons import Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    may_read = visible(member, FieldClass.PERSONAL)
    told = {"left": _left, "answer": _answer, "ticket": _ticket}
    return [told[one.kind](one, on, may_read) for one in signals.of(accounts, *told)]


def _left(one: Signal, on: date, may_read: bool) -> Reason:
    role, left = word(DecisionRole(one.words)), said.day(one.on)
    who = (
        Text(f"{one.name}, their {role.en.lower()},", f"{role.ja} {one.name}様")
        if may_read
        else Text(f"Their {role.en.lower()}", role.ja)
    )
    return Reason(
        account=one.account, code="contact_left", subject=str(one.key),
        headline=Text(f"The {role.en.lower()} left", f"{role.ja}が異動・退職"),
        evidence=(
            Text(f"{who.en} left on {left.en}.", f"{who.ja}が{left.ja}付で異動・退職。"),
            Text("Nobody has that role now.", "後任は未登録。"),
        ),
        play=plays.play("successor", on), facts=(one.key, one.on),
    )  # fmt: skip


def _answer(one: Signal, on: date, may_read: bool) -> Reason:
    days = (on - one.on).days
    quoted = (Text(f"“{said.short(one.words)}”", f"「{said.short(one.words)}」"),) if may_read and one.words else ()
    return Reason(
        account=one.account, code="detractor", subject=str(one.key),
        headline=Text(f"NPS {one.figure} on {said.day(one.on).en}, not answered", f"NPS {one.figure}（{said.day(one.on).ja}）に未返答"),
        evidence=(*quoted, Text(f"Nobody has been in touch for the {said.days(days).en} since.", f"回答後{days}日、接点なし。")),
        play=plays.play("reply", on), facts=(one.key, one.figure),
    )  # fmt: skip


def _ticket(one: Signal, on: date, may_read: bool) -> Reason:
    days = (on - one.on).days
    titled = (Text(f"“{said.short(one.words)}”", f"「{said.short(one.words)}」"),) if may_read and one.words else ()
    return Reason(
        account=one.account, code="urgent_ticket", subject=str(one.key),
        headline=Text(f"Urgent ticket open for {said.days(days).en}", f"緊急の問い合わせが{days}日間未解決"),
        evidence=(*titled, Text(f"Opened on {said.day(one.on).en}.", f"{said.day(one.on).ja}受付。")),
        play=plays.play("ticket", on), facts=(one.key,),
    )  # fmt: skip
