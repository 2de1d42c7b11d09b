"""What a project's page shows: its steps with whose turn they are, the picture of their days, what lacks for closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nenrin.analytics import schedules
from nenrin.values import Text
from nenrin.web.charts.gantt import Gantt, Look, Span
from nenrin.web.onboarding.lines import phase_name
from nenrin.work.models import OnboardingFile, OnboardingProject, OnboardingStep
from nenrin.work.models.onboarding import KINDS, PARTIES, STEP_STATES, Kind, Party, StepState
from nenrin.work.onboarding import customers, documents, guards, standings
from nenrin.work.onboarding.guards import Flag


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step with its words. `turn` is whose it is now; `waits` are the titles of what it waits for."""

    row: OnboardingStep
    kind: Text
    party: Text
    state: Text
    turn: Text | None
    waits: tuple[Text, ...]
    is_ready: bool
    is_late: bool
    is_critical: bool
    slack: int
    flag: Flag | None
    files: int
    may_finish: bool

    @property
    def flag_text(self) -> Text | None:
        return guards.FLAGS[self.flag] if self.flag else None

    @property
    def is_loud(self) -> bool:
        return self.flag in guards.LOUD


@dataclass(frozen=True, slots=True)
class PhaseLines:
    key: str
    name: Text
    lines: tuple[StepLine, ...]

    @property
    def settled(self) -> int:
        return sum(line.row.is_settled for line in self.lines)


@dataclass(frozen=True, slots=True)
class Reading:
    phases: tuple[PhaseLines, ...]
    gantt: Gantt
    critical: tuple[Text, ...]
    minutes_planned: int
    minutes_spent: int
    cost_minor: int | None
    slips: int  # open steps whose days would move if it were planned anew today


def read(
    project: OnboardingProject,
    steps: Sequence[OnboardingStep],
    files: Sequence[OnboardingFile],
    today: date,
    language: str,
) -> Reading:
    plan = standings.forecast(project, steps, today)
    placed = {one.key: one for one in plan.steps}
    flags = guards.flags([_plain(step) for step in steps])
    ready = {step.key for step in standings.ready(steps)}
    counts: dict[int | None, int] = {}
    for file in files:
        counts[file.step_id] = counts.get(file.step_id, 0) + 1
    titles = {step.key: step for step in steps}
    lines = [_line(step, placed, flags, ready, counts, titles, today) for step in steps]
    costs = [step.cost_minor for step in steps if step.cost_minor is not None]
    return Reading(
        phases=_phases(project, lines),
        gantt=_gantt(project, lines, today, language),
        critical=tuple(titles[key].title for key in plan.critical),
        minutes_planned=sum(step.minutes or 0 for step in steps),
        minutes_spent=sum(step.spent_minutes or 0 for step in steps),
        cost_minor=sum(costs) if costs else None,
        slips=sum(
            not step.is_settled and (placed[step.key].start, placed[step.key].due) != (step.starts_on, step.due_on)
            for step in steps
        ),
    )


def _plain(step: OnboardingStep) -> documents.Step:
    return documents.Step(
        step.key, step.title, step.phase, kind=Kind(step.kind), days=step.days, after=tuple(step.after),
        is_needed=step.is_needed, serves=step.serves,
    )  # fmt: skip


def _line(
    step: OnboardingStep,
    placed: Mapping[str, schedules.Placed],
    flags: Mapping[str, Flag],
    ready: set[str],
    counts: Mapping[int | None, int],
    titles: Mapping[str, OnboardingStep],
    today: date,
) -> StepLine:
    whose = standings.whose(step) if step.key in ready else None
    waits = [titles[key] for key in step.after if key in titles and not titles[key].is_settled]
    return StepLine(
        row=step,
        kind=KINDS[Kind(step.kind)],
        party=PARTIES[Party(step.party)],
        state=STEP_STATES[StepState(step.state)],
        turn=PARTIES[whose] if whose else None,
        waits=tuple(one.title for one in waits),
        is_ready=step.key in ready,
        is_late=not step.is_settled and step.due_on < today,
        is_critical=placed[step.key].is_critical,
        slack=placed[step.key].slack,
        flag=flags.get(step.key),
        files=counts.get(step.pk, 0),
        may_finish=step.state == StepState.OPEN and not (step.kind == Kind.CONCIERGE and not step.approved_at),
    )


def _phases(project: OnboardingProject, lines: Sequence[StepLine]) -> tuple[PhaseLines, ...]:
    groups: dict[str, list[StepLine]] = {}
    for line in lines:
        groups.setdefault(line.row.phase, []).append(line)
    return tuple(PhaseLines(key, phase_name(project, key), tuple(rows)) for key, rows in groups.items())


def _gantt(project: OnboardingProject, lines: Sequence[StepLine], today: date, language: str) -> Gantt:
    late = sum(line.is_late for line in lines)
    settled = sum(line.row.is_settled for line in lines)
    story = Text(
        f"{settled} of {len(lines)} steps settled, {late} late; it would end on {project.forecast_on:%d %b %Y}.",
        f"{len(lines)}ステップ中{settled}件が完了、{late}件が期限超過。完了見込みは{project.forecast_on:%Y/%m/%d}。",
    )
    return Gantt(tuple(_span(line, language) for line in lines), today, story, language)


def _span(line: StepLine, language: str) -> Span:
    row = line.row
    due = row.settled_on if row.settled_on else row.due_on
    start = min(row.begun_on or row.starts_on, due)
    look: Look = (
        "done" if row.is_settled else "theirs" if customers.is_shown(row) and row.party == Party.CUSTOMER else "ours"
    )
    return Span(
        row.title.in_(language), start, due, look, row.planned_on, line.is_critical, line.is_late,
        row.kind == Kind.FIRST_VALUE,
    )  # fmt: skip
