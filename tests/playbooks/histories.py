"""Random histories of playbooks under kills between any two statements: what was kept is what was done, each once.

A kill is raised where the n-th statement would have been sent, and rolls back what the killed process had not
committed, as the database does. Whatever happens, the loops go on afterwards and bring every run to its end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nenrin.customers import accounts, contacts, merges, tags
from nenrin.customers.models import Account
from nenrin.engage.models import SurveyAsk
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Mail, Organisation, WebhookDelivery
from nenrin.foundation.webhooks import endpoints
from nenrin.playbooks import asking_leave, law, playing, reactions, runs, sweeps
from nenrin.playbooks.models import Playbook, Remembered, Run, RunStep
from nenrin.playbooks.models.run import OPEN
from nenrin.playbooks.steps.shape import key
from nenrin.work.models import Task
from tests.playbooks import stage

BEGIN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
MAIL = {"do": "send_mail", "id": "write", "approval": "draft", "subject": "件名", "body": "{{contact}} 様"}
ASK = {"do": "survey", "id": "ask", "approval": "draft", "subject": "ご評価のお願い"}
#: What is looked at, beside what is heard of.
CHOSEN = "重点"
WHEN = [stage.AT_RISK, {"trigger": "condition", "is": {"field": "tags", "op": "contains", "value": CHOSEN}}]
#: Kinds of step by what they make; nobody is without an address here, so that no mail becomes a task.
EFFECTS = {"task": ["open_task"], "mail": ["send_mail"], "survey": ["survey"], "webhook": ["webhook"]}
STEPS = [
    {"do": "tag", "id": "mark", "tag": "対応中"},
    stage.CALL,
    {"do": "webhook", "id": "tell", "endpoint": "1"},
    ASK,
    {"do": "wait", "id": "rest", "time": 1, "unit": "days"},
    {"do": "branch", "id": "fork", "if": {"field": "region", "op": "=", "value": "関東"}, "then": [MAIL]},
    {"do": "open_task", "id": "after", "title": "確認する"},
]


class Killed(BaseException):
    """The process is gone: nothing catches it but its own undoing."""


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    left = statements

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        return execute(sql, params, many, context)

    with suppress(Killed), transaction.atomic(), connection.execute_wrapper(count):
        yield


class Histories(RuleBasedStateMachine):
    """Accounts whose health falls or that are chosen, time that passes, versions that change, merges; and kills."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.now = BEGIN
        self.accounts: list[Account] = []
        self.steps: list[dict[str, Any]] = []

    def teardown(self) -> None:
        try:
            self.comes_to_rest()
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @initialize(asks=some.booleans())
    def begins(self, asks: bool) -> None:
        if not Organisation.objects.exists():
            organisation.found("年輪テスト", at=BEGIN)
        self.limits = {"again_after_days": 0, "approval_above": 1 if asks else 0, "per_contact": 0}
        endpoint = endpoints.open("連携", "https://hooks.example/nenrin", by=SYSTEM, at=self.now)[0]
        self.steps = [one | {"endpoint": str(endpoint.pk)} if "endpoint" in one else one for one in STEPS]
        stage.published(stage.document(steps=self.steps, when=WHEN, limits=self.limits), at=self.now)
        for n in range(3):
            region = "関東" if n else "関西"
            account = accounts.open(f"会社{n}", by=SYSTEM, at=self.now, status="customer", region=region)
            contacts.add(account, f"人{n}", by=SYSTEM, at=self.now, role="decision_maker", emails=[f"p{n}@x.example"])
            self.accounts.append(account)

    @rule(n=some.integers(0, 2))
    def health_falls(self, n: int) -> None:
        account = Account.objects.get(pk=self.accounts[n].pk)
        if account.archived_at is None:
            stage.falls(account, at=self.now)

    @rule(n=some.integers(0, 2), chosen=some.booleans())
    def somebody_chooses(self, n: int, chosen: bool) -> None:
        account = Account.objects.get(pk=self.accounts[n].pk)
        if account.archived_at is None:
            moved = {"add": [CHOSEN]} if chosen else {"remove": [CHOSEN]}
            tags.change([account], by=SYSTEM, at=self.now, **moved)

    @rule(hours=some.sampled_from([1, 12, 30]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(statements=some.integers(0, 120))
    def a_reacting_process_is_killed(self, statements: int) -> None:
        journal.seal()
        with killed_after(statements):
            reactions.react(self.now)

    @rule(statements=some.integers(0, 160))
    def a_playing_process_is_killed(self, statements: int) -> None:
        with killed_after(statements):
            playing.play(self.now)

    @rule(statements=some.integers(0, 120))
    def a_looking_process_is_killed(self, statements: int) -> None:
        with killed_after(statements):
            sweeps.look(self.now)

    @rule()
    def the_loops_go_round(self) -> None:
        journal.seal()
        reactions.react(self.now)
        sweeps.look(self.now)
        playing.play(self.now)

    @rule(moves=some.booleans())
    def a_version_is_published(self, moves: bool) -> None:
        steps = [*self.steps, {"do": "tag", "id": "end", "tag": "済"}]
        live = stage.published(stage.document(steps=steps, when=WHEN, limits=self.limits), at=self.now)
        if moves:
            runs.move(Run.objects.filter(state__in=OPEN), live, by=SYSTEM, at=self.now)

    @rule()
    def somebody_approves(self) -> None:
        asking_leave.approve(Playbook.objects.get(), per_hour=0, by=SYSTEM, at=self.now)

    @rule()
    def two_accounts_merge(self) -> None:
        left, right = (Account.objects.get(pk=one.pk) for one in self.accounts[:2])
        if left.archived_at is None and right.archived_at is None:
            merges.merge(left, right, by=SYSTEM, at=self.now)

    @invariant()
    def every_effect_is_there_with_its_step_and_once(self) -> None:
        taken = RunStep.objects.filter(kind__in=["open_task", "send_mail", "survey", "webhook"], outcome="done")
        keys = {kind: sorted(key(run, step) for run, step in taken.filter(kind__in=kinds).values_list("run", "step"))
                for kind, kinds in EFFECTS.items()}  # fmt: skip
        for kind, rows in (("task", Task), ("survey", SurveyAsk), ("webhook", WebhookDelivery)):
            made = rows.objects.filter(key__startswith="play:").values_list("key", flat=True)
            assert sorted(made) == keys[kind], (kind, list(made), keys[kind])
        mails = Mail.objects.filter(key__startswith="play:").values_list("key", flat=True)
        assert sorted(mails) == sorted(keys["mail"] + keys["survey"]), list(mails)

    @invariant()
    def whatever_was_written_down_is_in_one_state(self) -> None:
        assert all(one.holds for one in law.laws().values()), law.laws()

    def comes_to_rest(self) -> None:
        """However it was killed: every sign is an occasion of its own or told inside, and every run reaches its end."""
        for _ in range(6):
            if Playbook.objects.exists():
                asking_leave.approve(Playbook.objects.get(), per_hour=0, by=SYSTEM, at=self.now)
            sweeps.look(self.now)
            stage.goes_on(self.now)
            self.now += timedelta(days=1)
        assert not Run.objects.filter(state__in=OPEN).exists()
        self.whatever_was_written_down_is_in_one_state()
        self.every_effect_is_there_with_its_step_and_once()
        signs = set(Entry.objects.filter(action="insight.health.fell").values_list("pk", flat=True))
        assert {run.entry for run in Run.objects.filter(entry__isnull=False)} == signs
        self.whoever_is_chosen_came_up()
        for run in Run.objects.filter(state="done"):
            steps = set(run.steps.values_list("step", flat=True))  # type: ignore[attr-defined]
            assert {"mark", "call", "tell", "ask", "rest", "fork", "after"} <= steps, steps

    def whoever_is_chosen_came_up(self) -> None:
        """A condition that holds is remembered, and what is remembered was written down as an occasion."""
        chosen = set(Account.objects.filter(archived_at__isnull=True, tags__name=CHOSEN).values_list("pk", flat=True))
        assert set(Remembered.objects.values_list("account", flat=True)) == chosen
        told = Run.objects.filter(entry__isnull=True, occasion__startswith="1-").values_list("account", flat=True)
        assert chosen <= set(told)


def examples(default: int) -> int:
    return int(os.environ.get("NENRIN_PROVE_HISTORIES", default))
