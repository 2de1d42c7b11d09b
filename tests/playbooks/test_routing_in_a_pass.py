"""Routing within capacity reads the team once for a pass of the worker, and gives each account to whom it would have given it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import transaction

from nenrin.customers import capacities, ownership, routing
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.playbooks import playing, reactions
from nenrin.playbooks.models import RunStep
from nenrin.playbooks.steps import set_owner
from nenrin.playbooks.steps.keeping import Kept
from nenrin.playbooks.steps.shape import Outcome, Turn
from nenrin.values import Text
from nenrin.work.models import Task
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
GIVE = {"do": "set_owner", "id": "give", "who": "routing"}
CALL = {**stage.CALL, "who": "routing", "minutes": 90}


class _Forgets(Kept):
    """Reads everything again for each step."""

    def routed(self, today: object) -> routing.Router:
        self._router = None
        return super().routed(today)  # type: ignore[arg-type]

    def times(self, *told: object) -> object:  # type: ignore[override]
        self._times.clear()
        return super().times(*told)  # type: ignore[arg-type]


def _team(at: datetime) -> list[Member]:
    """Three with little time each; the second has two accounts of high touch already."""
    found = [stage.csm(name) for name in ("岡田 亮", "三浦 恵", "小川 蓮")]
    pools = [routing.Pool(phase, members=tuple(one.pk for one in found)) for phase in (Phase.PRIMARY, Phase.ADOPTION)]
    routing.replace([routing.Rule("all", Text("All", "すべて"), pools=pools, is_used=True)], by=SYSTEM, at=at)
    for one in found:
        capacities.state(one, minutes_a_day=20, most_accounts=9, by=SYSTEM, at=at)
    for n in range(2):
        stage.account(f"既存{n}", at=at, owner=found[1])
    return found


def _fallen(count: int, at: datetime, owner: Member) -> None:
    """Every third has an owner, who gives it away."""
    for n in range(count):
        stage.falls(stage.account(f"会社{n:02}", at=at, owner=None if n % 3 else owner), at=at)
    while journal.seal() + reactions.react(at):
        pass


def _given(at: datetime) -> tuple[list[tuple[str, str, int]], list[int | None], list[str]]:
    """Who owns which account, who does which task, and what became of each step, after one pass."""
    assert playing.play(at)
    rows = Assignment.objects.filter(until_on__isnull=True).order_by("account__name", "phase")
    owners = list(rows.values_list("account__name", "phase", "member"))
    tasks = list(Task.objects.order_by("account__name", "pk").values_list("assignee", flat=True))
    return owners, tasks, list(RunStep.objects.order_by("run", "number").values_list("outcome", flat=True))


@pytest.mark.parametrize(
    "steps",
    [
        [GIVE],
        [CALL],
        [CALL, GIVE, {**GIVE, "id": "hand", "phase": "adoption"}, {**CALL, "id": "again"}],
        [{**GIVE, "id": "turn", "who": "in_turn"}, CALL, {**GIVE, "id": "back"}],
    ],
)
def test_a_pass_gives_what_each_run_alone_would_have_given(
    steps: list[dict[str, object]], org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = _team(at)
    stage.published(stage.document(steps=steps), at=at)
    _fallen(45, at, team[0])
    found = []
    for kept in (_Forgets, Kept):
        monkeypatch.setattr(playing, "Kept", kept)
        with transaction.atomic():
            found.append(_given(at))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    owners, tasks, _ = found[0]
    everybody = {one.pk for one in team}
    assert {member for _, _, member in owners} == everybody or everybody <= set(tasks), "nobody is passed over"


def test_the_team_is_read_once_for_a_pass(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    team, built = _team(at), list[int]()
    stage.published(stage.document(steps=[CALL, GIVE]), at=at)
    _fallen(30, at, team[0])
    before: Callable[..., None] = routing.Router.__init__

    def init(self: routing.Router, *told: object, **named: object) -> None:
        built.append(1)
        before(self, *told, **named)

    monkeypatch.setattr(routing.Router, "__init__", init)
    playing.play(at)
    assert RunStep.objects.filter(step="give").count() == 30 and len(built) == 1


def test_what_a_run_undid_counts_for_nobody(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run breaks after it gave its account away, to the third, who has none: the next one finds it so again."""
    team = _team(at)
    stage.published(stage.document(steps=[CALL, GIVE]), at=at)
    _fallen(2, at, team[0])
    first, second = Account.objects.filter(name__startswith="会社").order_by("name")

    def breaks(turn: Turn) -> Outcome:
        done = act(turn)
        if turn.account == first:
            raise RuntimeError("broken")
        return done

    act = set_owner.KIND.act
    monkeypatch.setitem(playing.steps.KINDS, "set_owner", replace(set_owner.KIND, act=breaks))
    assert playing.play(at)
    assert Task.objects.get().account == second and Task.objects.get().assignee == team[2]
    assert Assignment.objects.get(account=second, until_on__isnull=True).member == team[2]


def test_whoever_is_given_accounts_by_hand_meanwhile_has_less_room(org: Organisation, at: datetime) -> None:
    """Between two reads of one pass: the newest assignment tells that loads are to be read again."""
    team, kept = _team(at), Kept()
    today = at.date()
    one = stage.account("会社", at=at)
    assert kept.routed(today).whom(one, Phase.PRIMARY, {}) == team[0]
    for n in range(3):
        ownership.assign(stage.account(f"別{n}", at=at), team[0], by=SYSTEM, at=at)
    assert kept.routed(today).whom(one, Phase.PRIMARY, {}) == team[2]
