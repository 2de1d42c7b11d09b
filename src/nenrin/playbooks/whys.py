"""Why an account is in a playbook, or why not: rule by rule, with the values that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import pyarrow as pa

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.analytics.conditions.rows import truth
from nenrin.analytics.conditions.trees import Is, Not, leaves
from nenrin.customers.models import Account
from nenrin.foundation import format, organisation
from nenrin.foundation.models import Entry
from nenrin.insight import segment_fields
from nenrin.playbooks import arms, figures, gates, reasons, triggers, words
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.playbooks import EVERYONE, Trigger
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Exposure, Run
from nenrin.playbooks.models.run import OPEN, RunState
from nenrin.playbooks.triggers.shape import Now
from nenrin.values import Text

#: in: a run is open; may: it would come in when a trigger fires; waits: held back for now; out: a rule keeps it out;
#: held_out: it was, or would be, left alone to measure the effect.
State = Literal["in", "waits", "held_out", "may", "out"]
_TRIGGER, _HOLDOUT = Text("Trigger", "トリガー"), Text("Holdout", "未実施グループ")


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: its sentence, the value now, and whether it holds (None: unknown)."""

    sentence: Text
    value: Text
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words, whether the account passes it, and what it rests on."""

    name: Text
    passes: bool | None
    why: Text
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    state: State
    summary: Text
    rules: tuple[Rule, ...]
    runs: tuple[Run, ...]
    arm: str


def of(live: Live, account: Account, *, at: datetime, fields: Fields, setting: Setting) -> Why:
    """Of a version and an account, as things are now."""
    today, document = organisation.today(at), live.document
    frame = _frame([*document_conditions(live), *gates.asked(live)], account, fields)
    row = (frame.to_pylist() or [{}])[0]
    known = gates.Known.of(live, [account.pk], at, fields, frame)
    verdict = gates.verdict(live, account, (), known, at, fields)
    runs = tuple(Run.objects.filter(playbook=live.row, account=account).select_related("version")[:10])
    exposure = Exposure.objects.filter(playbook=live.row, account=account).values_list("arm", flat=True).first() or ""
    rules = [_trigger(one, account, row, Now(at, today, fields, [account.pk]), setting) for one in document.triggers]
    rules.append(_audience(document.audience, row, fields, today))
    if document.excluded is not None:
        rules.append(_excluded(document.excluded, row, fields, today))
    if verdict is not None and verdict.is_told:
        rules.append(Rule(Text("Limits", "歯止め"), passes=False, why=verdict.why))
    else:
        rules.append(Rule(Text("Limits", "歯止め"), passes=True, why=Text("None holds it back now", "制限なし")))
    foreseen = arms.foreseen(live, account, known, at, fields)
    alone = foreseen.verdict
    rules.append(_alone(foreseen))
    state, summary = _state(runs, rules, verdict, alone)
    return Why(state, summary, tuple(rules), runs, exposure)


def document_conditions(live: Live) -> list[Condition]:
    """Everything that a version asks of an account's fields."""
    own = [
        asked(one.values) for one in live.document.triggers if (asked := triggers.KINDS[one.kind].condition) is not None
    ]
    return [one for one in (live.document.audience, live.document.excluded, *own) if one is not None]


def _alone(foreseen: arms.Foreseen) -> Rule:
    """Is it left alone, or may it be when it first comes in?"""
    found = foreseen.verdict
    if found is None and foreseen.chance:
        percent = f"{foreseen.chance * 100:.3g}"
        told = Text(
            f"Drawn when it first comes in: {percent} % are left alone", f"初回に割り付け（{percent}%は未実施）"
        )
        return Rule(_HOLDOUT, passes=None, why=told)
    told = Text("It gets help: it is in no group that is left alone", "実施の対象") if found is None else found.why
    return Rule(_HOLDOUT, passes=found is None, why=told)


def _state(
    runs: Sequence[Run], rules: Sequence[Rule], verdict: gates.Verdict | None, alone: gates.Verdict | None
) -> tuple[State, Text]:
    newest = runs[0] if runs else None
    if newest is not None and newest.state in OPEN:
        waits = newest.state in ("asked", "waiting") or newest.reason == "capped"
        return ("waits" if waits else "in"), reasons.told(newest.why)
    if alone is not None and newest is not None and newest.state == RunState.HELD_OUT:
        return "held_out", alone.why
    failed = next((rule for rule in rules if rule.passes is False and rule.name not in (_TRIGGER, _HOLDOUT)), None)
    if verdict is not None and verdict.is_told:
        return "out", verdict.why
    if failed is not None:
        return "out", failed.why
    if alone is not None:
        return "held_out", alone.why
    return "may", Text("It comes in when a trigger fires", "トリガーが発火すれば対象になる")


def _trigger(trigger: Trigger, account: Account, row: Mapping[str, object], now: Now, setting: Setting) -> Rule:
    kind, said = triggers.KINDS[trigger.kind], words.trigger_words(trigger, setting, now.fields)
    name = _TRIGGER
    if kind.finds is not None and kind.condition is not None:
        condition = kind.condition(trigger.values)
        checks = checked(condition, row, now.fields, now.today)
        return Rule(name, truth(condition, row, now.fields, now.today), said, checks)
    if kind.finds is not None:
        found = kind.finds(trigger.values, now)
        holds = True if account.pk in found.tokens else None if account.pk in found.unsure else False
        return Rule(name, holds, said)
    if kind.hears is None:
        return Rule(name, None, said)
    told = Entry.objects.filter(account=account.pk, action__in=kind.hears(trigger.values)).order_by("-pk")[:20]
    last = next((entry for entry in told if kind.means(trigger.values, entry)), None)
    if last is None:
        return Rule(name, False, Text(f"{said.en}: not so far", f"{said.ja}: 該当する記録なし"))
    on = last.recorded_at.astimezone(organisation.zone()).date()
    return Rule(
        name, True, Text(f"{said.en}: last on {format.day(on, 'en')}", f"{said.ja}: 直近は{format.day(on, 'ja')}")
    )


def _audience(condition: Condition, row: Mapping[str, object], fields: Fields, today: date) -> Rule:
    name = Text("Accounts it is for", "対象の顧客")
    if condition == EVERYONE:
        return Rule(name, True, Text("Every customer", "すべての顧客"))
    holds = truth(condition, row, fields, today)
    checks = checked(condition, row, fields, today)
    failed = [one for one in checks if one.holds is not True]
    sentence = conditions.sentence(condition, fields)
    if holds is True:
        return Rule(name, True, sentence, checks)
    en, ja = (", ".join(one.sentence.en for one in failed), "、".join(one.sentence.ja for one in failed))
    return Rule(name, False, Text(f"Does not match: {en}", f"該当しない条件: {ja}"), checks)


def _excluded(condition: Condition, row: Mapping[str, object], fields: Fields, today: date) -> Rule:
    held = truth(condition, row, fields, today) is True
    return Rule(Text("Left out", "対象から除く"), not held, conditions.sentence(condition, fields),
                checked(condition, row, fields, today))  # fmt: skip


def checked(condition: Condition, row: Mapping[str, object], fields: Fields, today: date) -> tuple[Check, ...]:
    """Every comparison of a condition, in reading order, as it stands inside it (after a `not`, the other way round)."""
    return tuple(
        Check(conditions.sentence(one, fields), value(leaf, row, fields), truth(one, row, fields, today))
        for leaf, one in _leaves(condition)
    )


def _leaves(condition: Condition) -> Iterator[tuple[Is, Condition]]:
    match condition:
        case Not(Is() as leaf):
            yield leaf, condition
        case Not(part):
            yield from ((leaf, leaf) for leaf in leaves(part))
        case Is():
            yield condition, condition
        case _:
            for part in condition.parts:
                yield from _leaves(part)


def value(leaf: Is, row: Mapping[str, object], fields: Fields) -> Text:
    """What stands in the field now, as people read it."""
    field = fields[leaf.field]
    if leaf.op == "changed_by":
        moved, days = leaf.values
        return figures.told(field, row.get(field.changes[int(days)]), [moved])  # type: ignore[arg-type]  # a number
    return figures.told(field, row.get(leaf.field), leaf.values)


def _frame(asked: Sequence[Condition], account: Account, fields: Fields) -> pa.Table:
    wanted = {column for one in asked for column in conditions.columns(one, fields)}
    return segment_fields.frame(wanted, fields, [account.pk])
