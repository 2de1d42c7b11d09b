"""What the portal shows of a project: the customer's own steps first, the next one on top; nobody is named but us.

Who holds the link sees their own steps and files before their colleagues', and may leave those of colleagues out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Literal

from nenrin.values import Text
from nenrin.work.models import OnboardingFile, OnboardingLink, OnboardingMessage, OnboardingProject, OnboardingStep
from nenrin.work.models.onboarding import Kind, Party, StepState
from nenrin.work.onboarding import customers, messages, standings

#: Steps of ours that wait for the customer's word.
_ASKED = (Kind.APPROVAL, Kind.CONCIERGE)
Whose = Literal["all", "mine"]


class Hand(IntEnum):
    """In whose hands a step or file of the customer's side is, in the order in which they stand."""

    MINE = 0
    ANYBODY = 1
    COLLEAGUE = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the customer sees it; `waits` are the titles it waits for."""

    row: OnboardingStep
    waits: tuple[Text, ...]
    is_ready: bool
    is_late: bool
    may_finish: bool
    may_approve: bool
    may_reopen: bool
    may_unapprove: bool
    files: tuple[OnboardingFile, ...]
    hand: Hand

    @property
    def is_mine(self) -> bool:
        return self.hand is Hand.MINE

    @property
    def is_colleagues(self) -> bool:
        return self.hand is Hand.COLLEAGUE

    @property
    def is_theirs(self) -> bool:
        return self.row.party == Party.CUSTOMER or self.may_approve

    @property
    def wants(self) -> tuple[Text, ...]:
        return tuple(Text(one["en"], one["ja"]) for one in self.row.wants)

    @property
    def is_first_value(self) -> bool:
        return self.row.kind == Kind.FIRST_VALUE


@dataclass(frozen=True, slots=True)
class Phase:
    name: Text
    done: int
    whole: int

    @property
    def state(self) -> str:
        return "done" if self.done == self.whole else "current" if self.done else "open"


@dataclass(frozen=True, slots=True)
class Message:
    body: str
    at: datetime
    is_ours: bool
    by: str  # our colleague's name; nobody's of theirs


@dataclass(frozen=True, slots=True)
class Portal:
    """The whole page."""

    project: OnboardingProject
    company: str
    us: str
    lead: str
    next: Step | None
    yours: tuple[Step, ...]
    settled: tuple[Step, ...]
    ours: tuple[Step, ...]
    phases: tuple[Phase, ...]
    done: int
    whole: int
    files: tuple[OnboardingFile, ...]
    messages: tuple[Message, ...]
    goal: Text | None
    today: date
    whose: Whose
    is_shared: bool  # something here is a colleague's, so that leaving it out makes a difference
    mine: int  # open steps of the customer's side that are nobody else's
    everybodys: int

    @property
    def is_open(self) -> bool:
        return self.project.is_live


def read(link: OnboardingLink, *, us: str, today: date, whose: Whose = "all") -> Portal:
    """Three queries: steps, files, messages. `mine` leaves out what is in a colleague's hands; progress is the whole's."""
    project = link.project
    rows = list(project.steps.select_related("contact").order_by("position"))
    files = list(OnboardingFile.objects.filter(project=project, removed_at__isnull=True).order_by("-created_at", "-pk"))
    shown = [_step(row, rows, files, today, link) for row in rows if customers.is_shown(row)]
    open_ = [one for one in shown if not one.row.is_settled]
    theirs = [one for one in open_ if one.is_theirs]
    hands = {one.row.pk: one.hand for one in shown}
    of_files = {file.pk: _hand_of_file(file, hands, link) for file in files}
    is_all = whose == "all"
    yours = sorted(
        (one for one in theirs if is_all or not one.is_colleagues),
        key=lambda one: (not one.is_ready, one.hand, one.row.due_on),
    )
    first = (project.first_value or {}).get("words") if project.first_value else None
    return Portal(
        project=project,
        company=project.account.name,
        us=us,
        lead=project.owner.name if project.owner else "",
        next=yours[0] if yours and yours[0].is_ready else None,
        yours=tuple(yours),
        settled=tuple(one for one in shown if one.row.is_settled and (is_all or not one.is_colleagues)),
        ours=tuple(one for one in open_ if not one.is_theirs),
        phases=_phases(project, [one.row for one in shown]),
        done=sum(one.row.is_settled for one in shown),
        whole=len(shown),
        files=tuple(
            sorted(
                (file for file in files if is_all or of_files[file.pk] is not Hand.COLLEAGUE),
                key=lambda file: of_files[file.pk],
            )
        ),
        messages=tuple(_message(row) for row in messages.of(project)),
        goal=Text(first.get("en", ""), first.get("ja", "")) if first else None,
        today=today,
        whose=whose,
        is_shared=Hand.COLLEAGUE in {*hands.values(), *of_files.values()},
        mine=sum(not one.is_colleagues for one in theirs),
        everybodys=len(theirs),
    )


def _hand(contact: int | None, link: OnboardingLink) -> Hand:
    if contact is None:
        return Hand.ANYBODY
    return Hand.MINE if contact == link.contact_id else Hand.COLLEAGUE


def _hand_of_file(file: OnboardingFile, steps: Mapping[int, Hand], link: OnboardingLink) -> Hand:
    """Whoever handed it over; one of ours is for whoever has the step beside which it lies."""
    if not file.is_ours:
        return _hand(file.contact_id, link)
    return steps.get(file.step_id or 0, Hand.ANYBODY)


def _step(
    row: OnboardingStep,
    rows: Sequence[OnboardingStep],
    files: Sequence[OnboardingFile],
    today: date,
    link: OnboardingLink,
) -> Step:
    ready = {one.key for one in standings.ready(rows)}
    open_ = {one.key: one for one in rows if not one.is_settled}
    waits = [open_[key] for key in row.after if key in open_]
    is_open = row.state == StepState.OPEN
    return Step(
        row=row,
        waits=tuple(one.title for one in waits if customers.is_shown(one)),
        is_ready=row.key in ready,
        is_late=is_open and row.due_on < today,
        may_finish=customers.may_finish(row),
        may_approve=customers.may_approve(row) and row.key in ready,
        may_reopen=customers.may_reopen(row),
        may_unapprove=customers.may_unapprove(row),
        files=tuple(file for file in files if file.step_id == row.pk),
        hand=_hand(_whose(row), link),
    )


def _whose(row: OnboardingStep) -> int | None:
    """The contact whose step it is; what somebody had who has left is anybody's."""
    if row.contact is None or row.contact.left_on or row.contact.archived_at:
        return None
    return row.contact_id if row.party == Party.CUSTOMER or row.kind in _ASKED else None


def _phases(project: OnboardingProject, shown: Sequence[OnboardingStep]) -> tuple[Phase, ...]:
    found = []
    for phase in project.phases:
        own = [row for row in shown if row.phase == phase["key"]]
        if own:
            name = Text(phase["name"]["en"], phase["name"]["ja"])
            found.append(Phase(name, sum(row.is_settled for row in own), len(own)))
    return tuple(found)


def _message(row: OnboardingMessage) -> Message:
    by = row.member.name if row.is_ours and row.member else ""
    return Message(row.body, row.written_at, row.is_ours, by)
