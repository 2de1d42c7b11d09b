"""Runs whose turn it is move on: a step's effect and the run's new place are one transaction.

A process that is killed leaves either both or neither, so the next one goes on where this one was; no step is taken
twice, none is left out. Two processes never move one run: its row is locked until its new place is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.playbooks import ending, following, lives, reasons, setting, steps
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.programs import END, Place
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import PlaybookVersion, Run, RunStep
from nenrin.playbooks.models.run import MOVING, RunState
from nenrin.playbooks.sight import Sight
from nenrin.playbooks.steps import times
from nenrin.playbooks.steps.keeping import Kept
from nenrin.playbooks.steps.shape import Done, Failed, Go, Hold, Outcome, Skipped, Turn
from nenrin.values import Text

log = logging.getLogger(__name__)
#: Runs a round, and in a transaction: short ones, so that pages are not held up.
ROUND, TOGETHER = 200, 20
HOUR = timedelta(hours=1)
#: Where a run stands that has taken every step and waits for its goal.
AT_GOAL = "(goal)"
MOVED = ("state", "reason", "why", "step", "step_since", "wake_at", "asks", "effects", "changed_at")


@dataclass(frozen=True, slots=True)
class Board:
    """What every move of a round needs."""

    at: datetime
    today: date
    fields: Fields
    setting: Setting
    lives: dict[int, Live]
    kept: Kept


def play(at: datetime) -> int:
    """One round: up to 200 runs whose time has come; returns how many. Safe to repeat.

    Journal: what the steps' own verbs write, and playbooks.run.done, .exited, .failed.
    """
    due = list(_due(at).order_by("wake_at", "pk").values_list("pk", flat=True)[:ROUND])
    if not due:
        return 0
    fields, choices = setting.current()
    board = Board(at, organisation.today(at), fields, choices, {}, Kept())
    for start in range(0, len(due), TOGETHER):
        with transaction.atomic():
            _together(due[start : start + TOGETHER], board)
    return len(due)


def _due(at: datetime):  # type: ignore[no-untyped-def]  # a QuerySet
    return Run.objects.filter(state__in=MOVING, wake_at__lte=at, playbook__paused_at__isnull=True)


def _together(keys: Sequence[int], board: Board) -> None:
    """Lock and look again: another process may have been quicker."""
    skips = connection.features.has_select_for_update_skip_locked
    rows = Run.objects.select_for_update(skip_locked=skips, of=("self",) if skips else ())
    found = rows.filter(pk__in=keys, state__in=MOVING, wake_at__lte=board.at).select_related(
        "account__owner", "version__playbook"
    )
    runs = list(found.order_by("pk"))
    taken: dict[int, set[str]] = {run.pk: set() for run in runs}
    for key, step in RunStep.objects.filter(run__in=runs).values_list("run_id", "step"):
        taken[key].add(step)
    sights: dict[int, Sight] = {}
    board.kept.anew()
    for run in runs:
        same = [one.account_id for one in runs if one.version_id == run.version_id]
        sight = sights.setdefault(run.version_id, Sight(same, board.fields, board.today))
        _safely(run, taken[run.pk], sight, board)


def _safely(run: Run, taken: set[str], sight: Sight, board: Board) -> None:
    """One run that breaks does not hold up the others: it stands as failed, and may be tried again."""
    live = _live(run.version, board)
    try:
        with transaction.atomic():
            if not following.follow_one(run, board.at):
                _advance(run, live, taken, sight, board)
    except (OperationalError, InterfaceError):  # the database itself: the round is tried again
        raise
    except Exception:
        log.exception("run %s failed at step %s", run.pk, run.step)
        board.kept.anew()
        fresh = Run.objects.select_related("version").get(pk=run.pk)
        words = Text("An unexpected error; see the log", "予期しないエラー（ログを参照）")
        ending.end(fresh, RunState.FAILED, "failed", words, board.at, number=_number(live, run.step))


def _live(version: PlaybookVersion, board: Board) -> Live:
    if version.pk not in board.lives:
        board.lives[version.pk] = lives.stored(version, board.fields, board.setting)
    return board.lives[version.pk]


def _number(live: Live, step: str) -> int:
    place = live.program.at(step)
    return place.number if place else 0


def _advance(run: Run, live: Live, taken: set[str], sight: Sight, board: Board) -> None:
    """Step after step, until one waits or fails or nothing is left."""
    if live.problem is not None:
        words = reasons.said("held", problem=live.problem.problems[0].text)
        _hold(run, Hold(board.at + HOUR, words), board.at)
        return
    if not run.step and run.step_since is None:
        if board.at - run.entered_at >= HOUR and (unmeant := _unmeant(run, live, sight)):
            code, condition = unmeant
            words = reasons.said(code, condition=conditions.sentence(condition, board.fields))
            ending.end(run, RunState.EXITED, code, words, board.at)
            return
        run.step, run.step_since = live.program.start, board.at
    while run.step and run.step != AT_GOAL:
        if _is_over(run, live, sight, board.at) or not _step(run, live, taken, sight, board):
            return
    _close(run, live, sight, board.at)


def _unmeant(run: Run, live: Live, sight: Sight) -> tuple[str, Condition] | None:
    """Why it is no longer for this account, whose turn came hours or days after it was let in by approval or by its hour:
    "excluded" or "no_longer" with the condition that says so; None where it still is."""
    audience, excluded = live.document.audience, live.document.excluded
    if excluded and sight.holds(excluded, run.account_id):
        return "excluded", excluded
    return None if sight.holds(audience, run.account_id) else ("no_longer", audience)


def _step(run: Run, live: Live, taken: set[str], sight: Sight, board: Board) -> bool:
    """Take the step where the run stands; False where it stays there."""
    at, place = board.at, live.program.at(run.step)
    if place is None:
        ending.end(run, RunState.FAILED, "step_gone", reasons.said("step_gone", number=live.version.number), at)
        return False
    if place.step.key in taken:  # under another version of the playbook
        _go(run, place.after, at)
        return True
    most = live.document.limits.caps.per_run
    if most and run.effects >= most and _has_effect(place):
        ending.end(run, RunState.EXITED, "per_run", reasons.said("per_run", most=most), at)
        return False
    outcome = _turn(run, live, place, sight, board)
    if isinstance(outcome, Hold):
        _hold(run, outcome, at)
        return False
    if isinstance(outcome, Failed):
        ending.end(run, RunState.FAILED, "failed", outcome.why, at, number=place.number)
        return False
    _keep(run, place, outcome, at)
    if isinstance(outcome, Done):
        board.kept.noted(live.row.pk, place.step.key, outcome.note)
    taken.add(place.step.key)
    sight.changed(run.account_id)
    _go(run, step_after(place, outcome), at)
    return True


def _turn(run: Run, live: Live, place: Place, sight: Sight, board: Board) -> Outcome:
    kind = steps.KINDS[place.step.kind]
    if kind.reaches:
        opens = times.opening(board.at, live.document.limits.hours, organisation.zone())
        if opens > board.at:
            return Hold(opens, reasons.said("postponed", hours=_clock(opens)))
    turn = Turn(
        run=run.pk, playbook=live.document, row=live.row.pk, owner=live.row.owner_id, step=place.step,
        account=run.account, why=reasons.told(run.began),
        since=run.step_since or board.at, at=board.at, today=board.today, by=actor(run, live), fields=board.fields,
        holds=lambda condition: sight.holds(condition, run.account_id), kept=board.kept,
    )  # fmt: skip
    return kind.act(turn)


def actor(run: Run, live: Live) -> Actor:
    """Effects are written in the playbook's name; by the key, reactions know whose they are."""
    return Actor("system", f"run:{run.pk}", live.document.name.in_(organisation.current().language))


def _clock(opens: datetime) -> str:
    return opens.astimezone(organisation.zone()).strftime("%m/%d %H:%M")


def step_after(place: Place, outcome: Outcome) -> str:
    """Where a run goes from a step."""
    if isinstance(outcome, Go):
        return place.first if outcome.arm == "then" else place.second
    return place.after


def _go(run: Run, step: str, at: datetime) -> None:
    run.step, run.step_since = step, at


def _keep(run: Run, place: Place, outcome: Outcome, at: datetime) -> None:
    """That the step was taken; its uniqueness is what makes it once."""
    kind, note, contact = "done", {}, None
    if isinstance(outcome, Done):
        note, contact = dict(outcome.note), outcome.contact
        run.effects += _has_effect(place)
    elif isinstance(outcome, Go):
        kind, note = "went", {"arm": outcome.arm, **reasons.kept(outcome.why)}
    elif isinstance(outcome, Skipped):
        kind, note = "skipped", reasons.kept(outcome.why)
    RunStep.objects.create(
        run=run, step=place.step.key, number=place.number, kind=place.step.kind, outcome=kind, note=note,
        contact=contact, at=at,
    )  # fmt: skip


def _has_effect(place: Place) -> bool:
    return steps.KINDS[place.step.kind].arms is None and place.step.kind != "wait"


def _hold(run: Run, outcome: Hold, at: datetime) -> None:
    run.state, run.reason, run.why = RunState.WAITING, "waits", reasons.kept(outcome.why)
    run.wake_at, run.asks, run.changed_at = outcome.until, outcome.asks, at
    run.save(update_fields=MOVED)


def _is_over(run: Run, live: Live, sight: Sight, at: datetime) -> bool:
    """Goal reached, goal too late, or no longer meant: whichever holds ends the run, wherever it stands."""
    document = live.document
    goal = document.goal
    if goal and sight.holds(goal.condition, run.account_id):
        ending.end(run, RunState.DONE, "goal", reasons.said("goal", goal=goal.name), at)
    elif goal and goal.within_days and at >= run.entered_at + timedelta(goal.within_days):
        ending.end(
            run, RunState.EXITED, "goal_late", reasons.said("goal_late", days=goal.within_days, goal=goal.name), at
        )
    elif document.exit_when is not None and sight.holds(document.exit_when, run.account_id):
        ending.end(
            run,
            RunState.EXITED,
            "exit_when",
            reasons.said("exit_when", condition=conditions.sentence(document.exit_when, sight.fields)),
            at,
        )
    else:
        return False
    return True


def _close(run: Run, live: Live, sight: Sight, at: datetime) -> None:
    """Every step is taken: done, or the goal is still waited for until its day."""
    goal = live.document.goal
    if goal and _is_over(run, live, sight, at):
        return
    if goal and goal.within_days:
        run.step = AT_GOAL
        until = min(run.entered_at + timedelta(goal.within_days), at + timedelta(hours=6))
        words = Text(f"Waits for its goal: {goal.name.en}", f"目標の達成待ち: {goal.name.ja}")
        _hold(run, Hold(until, words, asks=True), at)
        return
    run.step = END
    ending.end(run, RunState.DONE, "finished", reasons.said("finished"), at)
