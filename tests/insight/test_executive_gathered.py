"""What the dashboard reads in columns and keeps with the ledger is what its rows tell one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from nenrin.analytics.revenue.periods import month_start
from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account, Assignment
from nenrin.customers.terms import add_months
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.executive import ahead, capacity, questions, risks, standing
from nenrin.insight.executive.gathered import Gathered, numbers
from nenrin.insight.executive.questions import Question
from nenrin.insight.models import Health, HealthModelVersion
from tests import cast
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
BANDS = ("healthy", "caution", "at_risk", "unknown")


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=TODAY)


@pytest.fixture
def signed(world: World) -> list[Account]:
    """Contracts of six and twelve months, two with notice, one that ended; four of five judged, one archived since."""
    made = []
    for n in range(15):
        account = accounts.open(f"会社{n:02d}", by=SYSTEM, at=world.now)
        starts = add_months(date(2025, 3, 5), n)
        told = (
            {"noticed_on": TODAY - timedelta(3)} if n in (4, 9) else {"ended_on": date(2026, 11, 20)} if n == 6 else {}
        )
        subscriptions.sign(account, by=SYSTEM, at=world.now, starts_on=starts, term_months=12 if n % 3 else 6,
                           mrr_minor=10_000 * (n + 1), seats=5, **told)  # fmt: skip
        if n % 4 == 0:
            subscriptions.sign(
                account, by=SYSTEM, at=world.now, starts_on=starts, term_months=12, mrr_minor=7_000, seats=1
            )
        made.append(account)
    health_models.install(at=world.now)
    version = HealthModelVersion.objects.order_by("pk").first()
    for n, account in enumerate(made):
        if n % 5:
            Health.objects.create(account=account, as_of=TODAY, at=world.now, today=30, score=30, band=BANDS[n % 3], since=TODAY,
                                  coverage=1, version=version)  # fmt: skip
    world.carry()
    return made


def ask() -> Question:
    return questions.ask(TODAY, TODAY)


def test_a_month_of_renewals_adds_up_its_contracts(signed: list[Account]) -> None:
    asked = ask()
    pays, bands = standing.paying(asked, TODAY), standing.bands_on(asked, TODAY)
    assert bands == dict(Health.objects.values_list("account_id", "band")) and len(bands) == 12
    found = ahead.ahead(asked, bands, pays)
    assert len(found.dues) > 8 and {due.account for due in found.dues} <= set(pays)
    assert all(TODAY < due.on < month_start(TODAY, 6) for due in found.dues)
    for month in found.months:
        own = [due for due in found.dues if month_start(due.on) == month.start]
        risky = [due for due in own if bands.get(due.account) == "at_risk"]
        assert (month.contracts, month.accounts) == (len(own), len({due.account for due in own}))
        assert (month.mrr, month.at_risk) == (sum(due.mrr for due in own), sum(due.mrr for due in risky))
        assert month.noticed == sum(due.mrr for due in own if due.is_noticed)
    assert found.at_risk > 0 and sum(month.noticed for month in found.months) > 0
    some = dict(list(pays.items())[:3])
    assert ahead.ahead(asked, bands, some).dues == tuple(due for due in found.dues if due.account in some)
    assert ahead.ahead(asked, {}, {}).dues == ()


def test_the_next_renewal_is_the_earliest(signed: list[Account]) -> None:
    asked = ask()
    pays = standing.paying(asked, TODAY)
    dues = ahead.ahead(asked, {}, pays).dues
    for risk in risks.risks(asked, dict.fromkeys(pays, "at_risk"), pays, dues):
        assert risk.due == min((due.on for due in dues if due.account == risk.account.pk), default=None)
        row = Health.objects.filter(account=risk.account).first()
        assert risk.score == (row.score if row else None)


def test_the_standing_counts_every_account_once(signed: list[Account]) -> None:
    asked = ask()
    now = standing.bands_on(asked, TODAY)
    was = {account: BANDS[account % 3] for account in now}
    paid, pays = (standing.paying(asked, day) for day in (date(2026, 10, 31), TODAY))
    assert paid != pays and standing.paying(asked, TODAY) is pays
    asked.ledger.worked_out.clear()
    assert standing.paying(asked, TODAY) == pays
    moved = standing._moves(was, now, paid, pays)
    assert {one.account for one in moved} == {*paid, *pays}
    for one in moved:
        assert one.was == (was.get(one.account, "unknown") if one.account in paid else "new")
        assert one.now == (now.get(one.account, "unknown") if one.account in pays else "gone")
        assert (one.paid, one.pays) == (paid.get(one.account, 0), pays.get(one.account, 0))
    found = standing.standing(asked, now)
    assert found is not None
    for part in found.parts:
        own = [account for account in pays if now.get(account, "unknown") == part.band]
        assert (part.accounts, part.mrr) == (len(own), sum(pays[account] for account in own))
    assert Counter(one.now for one in moved)["gone"] == 1


def test_only_who_looks_after_a_paying_account_is_counted(world: World, signed: list[Account]) -> None:
    made = [cast.member(Role.CSM, f"担当{n}") for n in range(3)]
    for n, account in enumerate(signed):
        ownership.assign(account, made[n % 2], by=SYSTEM, at=world.now)
    ownership.assign(accounts.open("休眠", by=SYSTEM, at=world.now), made[2], by=SYSTEM, at=world.now)
    everyone = capacity.of_accounts(standing.paying(ask(), TODAY))
    assert everyone is not None and everyone.members == 2
    one = capacity.of_accounts({signed[0].pk: 1})
    assert one is not None and one.members == 1 and capacity.of_accounts({}) is None
    held = dict(Assignment.objects.order_by().values_list("member").annotate(held=Gathered("account_id")))
    for member in made:
        own = Assignment.objects.filter(member=member).values_list("account_id", flat=True)
        assert sorted(numbers(held[member.pk])) == sorted(own)
