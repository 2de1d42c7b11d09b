"""Random histories of playbooks under kills between any two statements: what was kept is what was done, each once.

A kill is raised where the n-th statement would have been sent; from then on the process sends nothing, and the database
rolls back the transaction that it was in, while those before it stand. Whatever happens, the loops go on afterwards and
bring every run to its end and every message out of the house.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nenrin.customers import accounts, contacts, merges, tags
from nenrin.customers.models import Account
from nenrin.engage.models import SurveyAsk
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Mail, Organisation, WebhookDelivery
from nenrin.foundation.webhooks import endpoints
from nenrin.foundation.webhooks.posting import Answer
from nenrin.playbooks import asking_leave, holdouts, law, places, playing, reactions, runs, sweeps
from nenrin.playbooks.models import (
    Exposure,
    HoldoutPlace,
    Playbook,
    PlaybookVersion,
    Remembered,
    Run,
    RunStep,
    UniversalExposure,
)
from nenrin.playbooks.models.run import ENTERED, OPEN
from nenrin.playbooks.steps import gathering
from nenrin.playbooks.steps.shape import key
from nenrin.work.models import Task
from tests.playbooks import stage
from tests.playbooks.kills import Channel, killed_after

BEGIN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
MAIL = {"do": "send_mail", "id": "write", "approval": "draft", "subject": "件名", "body": "{{contact}} 様"}
ASK = {"do": "survey", "id": "ask", "approval": "draft", "subject": "ご評価のお願い"}
#: What is looked at, beside what is heard of.
CHOSEN = "重点"
WHEN = [stage.AT_RISK, {"trigger": "condition", "is": {"field": "tags", "op": "contains", "value": CHOSEN}}]
#: Accounts of a history at most.
MOST = 6
#: Kinds of step by what they make; nobody is without an address here, so that no mail becomes a task.
EFFECTS = {"task": ["open_task"], "mail": ["send_mail"], "survey": ["survey"], "webhook": ["webhook"]}
STEPS = [
    {"do": "tag", "id": "mark", "tag": "対応中"},
    stage.CALL,
    {"do": "webhook", "id": "tell", "endpoint": "standard"},
    {"do": "webhook", "id": "cry", "endpoint": "slack", "words": "{{account}}が低下"},
    ASK,
    {"do": "wait", "id": "rest", "time": 1, "unit": "days"},
    {"do": "branch", "id": "fork", "if": {"field": "region", "op": "=", "value": "関東"}, "then": [MAIL]},
    {"do": "open_task", "id": "after", "title": "確認する"},
]


class Histories(RuleBasedStateMachine):
    """Accounts whose health falls or that are chosen, time that passes, versions that change, merges; and kills."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.now = BEGIN
        self.accounts: list[Account] = []
        self.steps: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}
        self.channel, self.told = Channel(), dict[int, str]()
        self.merged: set[int] = set()

    def teardown(self) -> None:
        try:
            self.comes_to_rest()
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @initialize(asks=some.booleans(), share=some.sampled_from([0.0, 0.5]), universal=some.sampled_from([0.0, 0.1]))
    def begins(self, asks: bool, share: float, universal: float) -> None:
        if not Organisation.objects.exists():
            organisation.found("年輪テスト", at=BEGIN)
        self.limits = {"again_after_days": 0, "approval_above": 1 if asks else 0, "per_contact": 0}
        told = {kind: endpoints.open(kind, f"https://{kind}.example/nenrin", kind=kind, by=SYSTEM, at=self.now)[0]
                for kind in ("standard", "slack")}  # fmt: skip
        self.steps = [one | {"endpoint": str(told[one["endpoint"]].pk)} if "endpoint" in one else one for one in STEPS]
        self.more = {"holdout": {"share": share, "metric": "churn"}} if share else {}
        self.share, self.universal = share, universal
        holdouts.change(universal, reason="検証", by=SYSTEM, at=self.now)
        self.publishes(self.steps)
        for n in range(3):
            self.opens(n, tier=("large", "small", "small")[n])

    def publishes(self, steps: list[dict[str, Any]]) -> PlaybookVersion:
        return stage.published(stage.document(steps=steps, when=WHEN, limits=self.limits, **self.more), at=self.now)

    def opens(self, n: int, tier: str = "", **fields: Any) -> None:
        region = "関東" if n else "関西"
        account = accounts.open(f"会社{n}", by=SYSTEM, at=self.now, status="customer", region=region, **fields)
        contacts.add(account, f"人{n}", by=SYSTEM, at=self.now, role="decision_maker", emails=[f"p{n}@x.example"])
        Account.objects.filter(pk=account.pk).update(tier=tier)
        self.accounts.append(account)

    @rule(n=some.integers(0, 5))
    def health_falls(self, n: int) -> None:
        account = Account.objects.get(pk=self.accounts[n % len(self.accounts)].pk)
        if account.archived_at is None:
            stage.falls(account, at=self.now)

    @rule(is_child=some.booleans())
    def an_account_opens(self, is_child: bool) -> None:
        """One of its own, or of the family of the third."""
        if len(self.accounts) < MOST:
            self.opens(len(self.accounts), tier="small", parent=self.accounts[2] if is_child else None)

    @rule(n=some.integers(0, 5), chosen=some.booleans())
    def somebody_chooses(self, n: int, chosen: bool) -> None:
        account = Account.objects.get(pk=self.accounts[n % len(self.accounts)].pk)
        if account.archived_at is None:
            moved = {"add": [CHOSEN]} if chosen else {"remove": [CHOSEN]}
            tags.change([account], by=SYSTEM, at=self.now, **moved)

    @rule(minutes=some.sampled_from([2, 6, 60, 12 * 60, 30 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

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

    @rule(statements=some.integers(0, 60), is_taken=some.booleans())
    def a_telling_process_is_killed(self, statements: int, is_taken: bool) -> None:
        self.channel.answer, before = Answer(200 if is_taken else 500, "x"), self.channel.reached
        with killed_after(statements):
            self.channel.asked(self.now)
        self.channel.unsure += self.channel.reached - before

    @rule(is_taken=some.booleans())
    def messages_go_out(self, is_taken: bool) -> None:
        self.channel.answer = Answer(200 if is_taken else 500, "x")
        self.channel.asked(self.now)

    @rule()
    def the_loops_go_round(self) -> None:
        journal.seal()
        reactions.react(self.now)
        sweeps.look(self.now)
        playing.play(self.now)

    @rule(moves=some.booleans())
    def a_version_is_published(self, moves: bool) -> None:
        steps = [*self.steps, {"do": "tag", "id": "end", "tag": "済"}]
        live = self.publishes(steps)
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
            self.merged |= {left.pk, right.pk}

    @invariant()
    def every_effect_is_there_with_its_step_and_once(self) -> None:
        taken = RunStep.objects.filter(kind__in=["open_task", "send_mail", "survey", "webhook"], outcome="done")
        taken = taken.exclude(step="cry")  # it stands in a message with others
        keys = {kind: sorted(key(run, step) for run, step in taken.filter(kind__in=kinds).values_list("run", "step"))
                for kind, kinds in EFFECTS.items()}  # fmt: skip
        for kind, rows in (("task", Task), ("survey", SurveyAsk), ("webhook", WebhookDelivery)):
            made = rows.objects.filter(key__startswith="play:").values_list("key", flat=True)
            assert sorted(made) == keys[kind], (kind, list(made), keys[kind])
        mails = Mail.objects.filter(key__startswith="play:").values_list("key", flat=True)
        assert sorted(mails) == sorted(keys["mail"] + keys["survey"]), list(mails)

    @invariant()
    def every_line_stands_in_one_message_with_its_step(self) -> None:
        """Those that were told in one message are its lines, in their order; what was tried once tells the same for good."""
        lines: dict[int, list[str]] = defaultdict(list)
        for note in RunStep.objects.filter(step="cry", outcome="done").order_by("pk").values_list("note", flat=True):
            lines[note["delivery"]].append(note["ja"])
        rows = WebhookDelivery.objects.exclude(key__startswith="play:")
        assert set(rows.values_list("pk", flat=True)) == lines.keys()
        for row in rows:
            own, told = lines[row.pk], json.loads(row.body)["text"].split("\n")
            assert told == (own if row.gathered is None else [f"立て直し: {len(own)}社", *(f"・{one}" for one in own)])
            assert row.gathered in (None, {"lines": own, "count": len(own)}) and len(own) <= gathering.LINES
            if row.attempts or row.state != "queued":
                assert self.told.setdefault(row.pk, row.body) == row.body

    @invariant()
    def everybody_is_in_one_group_and_every_place_is_taken_once(self) -> None:
        """In each stratum families stand at 0, 1, 2, ...; one place a family that had an occasion, and one arm."""
        numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
        for draw, stratum, number in HoldoutPlace.objects.order_by("number").values_list("draw", "stratum", "number"):
            numbers[draw, stratum].append(number)
        assert all(found == list(range(len(found))) for found in numbers.values()), dict(numbers)
        exposed = list(Exposure.objects.values_list("account", "cluster", "arm"))
        families = {cluster for _, cluster, _ in exposed}
        assert len({(cluster, arm) for _, cluster, arm in exposed}) == len(families), exposed
        own = set(HoldoutPlace.objects.filter(draw=places.own("rescue")).values_list("cluster", flat=True))
        assert own == (families if self.share else set()), (own, exposed)
        universal = set(UniversalExposure.objects.values_list("account", flat=True))
        assert universal == ({account for account, _, _ in exposed} if self.universal else set())
        self.whoever_came_in_was_not_left_alone({account: arm for account, _, arm in exposed})

    def whoever_came_in_was_not_left_alone(self, arms: dict[int, str]) -> None:
        """Of accounts that were never merged: a merge joins what stood in two."""
        rows = Run.objects.exclude(account__in=self.merged)
        inside = set(rows.filter(state__in=[*ENTERED, "asked"]).values_list("account", flat=True))
        alone = set(rows.filter(state="held_out").values_list("account", flat=True))
        known = {account: arm for account, arm in arms.items() if account not in self.merged}
        assert inside == {account for account, arm in known.items() if arm == "treated"}, (inside, known)
        assert alone == {account for account, arm in known.items() if arm == "holdout"}, (alone, known)

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
            self.every_message_goes_out()
            self.now += timedelta(days=1)
        assert not Run.objects.filter(state__in=OPEN).exists()
        self.whatever_was_written_down_is_in_one_state()
        self.every_effect_is_there_with_its_step_and_once()
        self.every_line_stands_in_one_message_with_its_step()
        self.everybody_is_in_one_group_and_every_place_is_taken_once()
        self.nothing_was_told_twice_nor_kept_back()
        signs = set(Entry.objects.filter(action="insight.health.fell").values_list("pk", flat=True))
        assert {run.entry for run in Run.objects.filter(entry__isnull=False)} == signs
        self.whoever_is_chosen_came_up()
        for run in Run.objects.filter(state="done"):
            steps = set(run.steps.values_list("step", flat=True))  # type: ignore[attr-defined]
            assert {"mark", "call", "tell", "cry", "ask", "rest", "fork", "after"} <= steps, steps

    def every_message_goes_out(self) -> None:
        self.channel.answer = Answer(200, "ok")
        while self.channel.asked(self.now):
            pass

    def nothing_was_told_twice_nor_kept_back(self) -> None:
        """Each message was taken once; beyond that stand those that were refused, and those of killed processes."""
        assert set(WebhookDelivery.objects.values_list("state", flat=True)) <= {"delivered"}
        taken = self.channel.reached - self.channel.refused
        assert 0 <= taken - WebhookDelivery.objects.count() <= self.channel.unsure

    def whoever_is_chosen_came_up(self) -> None:
        """A condition that holds is remembered, and what is remembered was written down as an occasion."""
        chosen = set(Account.objects.filter(archived_at__isnull=True, tags__name=CHOSEN).values_list("pk", flat=True))
        assert set(Remembered.objects.values_list("account", flat=True)) == chosen
        told = Run.objects.filter(entry__isnull=True, occasion__startswith="1-").values_list("account", flat=True)
        assert chosen <= set(told)


def examples(default: int) -> int:
    return int(os.environ.get("NENRIN_PROVE_HISTORIES", default))
