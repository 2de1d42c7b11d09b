"""A version tried on one account: the very steps, one after the other, in a transaction that is thrown away.

Time is let pass where a step waits; what it waits for is taken as not having come. Nothing is kept: no task, no mail,
no journal entry, no run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.playbooks import masks, playing, steps, whys, words
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.programs import Place
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Run
from nenrin.playbooks.models.run import RunState
from nenrin.playbooks.sight import Sight
from nenrin.playbooks.steps import times
from nenrin.playbooks.steps.shape import Done, Failed, Go, Hold, Outcome, Skipped, Turn
from nenrin.playbooks.whys import Why
from nenrin.values import Text

#: Steps that a try takes at most; a playbook has fewer.
MOST = 80
#: A wait for something is looked at so often, until its time is over.
PATIENCE, TURNS = timedelta(hours=6), 1500


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of the try: when it would happen, what it would do, and what would come of it. `sort`: its kind's key."""

    number: int
    key: str
    sort: str
    kind: Text
    title: Text
    at: datetime
    result: Text
    is_problem: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    why: Why
    taken: tuple[Taken, ...]
    end: Text


def try_on(live: Live, account: Account, *, by: Actor, at: datetime, fields: Fields, setting: Setting) -> Trace:
    """What would happen if this account came in now. Nothing is kept."""
    why = whys.of(live, account, at=at, fields=fields, setting=setting)
    with transaction.atomic():
        run = _run(live, account, at)
        taken, end = _walked(live, run, by, at, fields, setting)
        transaction.set_rollback(True)
    return Trace(why, tuple(taken), _untouched(why) if why.state == "held_out" else end)


def masked(of: Trace, member: Member) -> Trace:
    """The try as this member may read it: merged words hidden where they are personal."""
    taken = (replace(one, result=masks.words(one.sort, one.result, member)) for one in of.taken)
    return replace(of, taken=tuple(taken))


def _untouched(why: Why) -> Text:
    return Text(
        f"None of this would happen to it now: {why.summary.en}. The others get these steps.",
        f"この顧客には実施されない（{why.summary.ja}）。上の手順は、ほかの顧客に実施する内容。",
    )


def _run(live: Live, account: Account, at: datetime) -> Run:
    """A run of its own, which disturbs no real one."""
    run = Run(playbook=live.row, version=live.version, account=account, occasion=f"try-{at.isoformat()}",
              state=RunState.DONE, entered_at=at, changed_at=at, began={"en": "a try", "ja": "お試し"})  # fmt: skip
    run.save(force_insert=True)
    return run


def _walked(
    live: Live, run: Run, by: Actor, at: datetime, fields: Fields, setting: Setting
) -> tuple[list[Taken], Text]:
    taken: list[Taken] = []
    sight = Sight([run.account_id], fields, organisation.today(at))
    goal = live.document.goal
    key = live.program.start
    while (place := live.program.at(key)) is not None and len(taken) < MOST:
        if goal and sight.holds(goal.condition, run.account_id):
            return taken, Text(f"Goal reached: {goal.name.en}", f"目標達成: {goal.name.ja}")
        at, outcome = _turned(live, run, place, by, at, fields, sight)
        taken.append(_told(place, outcome, at, fields, setting))
        if isinstance(outcome, Failed):
            return taken, Text("It would stop here as failed", "ここで失敗として停止")
        sight.changed(run.account_id)
        key = playing.step_after(place, outcome)
    return taken, Text("All steps taken", "すべての手順を実施")


def _turned(
    live: Live, run: Run, place: Place, by: Actor, at: datetime, fields: Fields, sight: Sight
) -> tuple[datetime, Outcome]:
    """The step's own outcome; where it waits, the clock goes on and it is asked again."""
    since, zone = at, organisation.zone()
    for _ in range(TURNS):
        kind = steps.KINDS[place.step.kind]
        if kind.reaches:
            at = max(at, times.opening(at, live.document.limits.hours, zone))
        turn = Turn(
            run=run.pk, playbook=live.document, row=live.row.pk, owner=live.row.owner_id, step=place.step,
            account=run.account, why=Text("a try", "お試し"), since=since, at=at, today=organisation.today(at), by=by,
            fields=fields, holds=lambda condition: sight.holds(condition, run.account_id),
        )  # fmt: skip
        outcome = kind.act(turn)
        if not isinstance(outcome, Hold):
            return at, outcome
        at = max(outcome.until, at + PATIENCE) if outcome.asks else outcome.until
    return at, Go("otherwise") if steps.KINDS[place.step.kind].arms else Done()


def _told(place: Place, outcome: Outcome, at: datetime, fields: Fields, setting: Setting) -> Taken:
    kind, result, bad = steps.KINDS[place.step.kind], Text("", ""), False
    match outcome:
        case Done(note):
            result = Text(str(note.get("en", "")), str(note.get("ja", "")))
        case Go(arm):
            assert kind.arms is not None
            result = kind.arms[arm == "otherwise"]
        case Skipped(why):
            result = why
        case Failed(why):
            result, bad = why, True
    title = words.step_words(place.step, setting, fields)
    return Taken(place.number, place.step.key, place.step.kind, kind.name, title, at, result, bad)
