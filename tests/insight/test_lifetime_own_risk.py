"""What an account is worth by its own risk: told by hand, against its group's lifetimes, and where it may not be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.forecasts.hazards.tables import PERIOD_DAYS
from nenrin.analytics.forecasts.lifetimes import Geometric, bridged, choose, expectancies, intervals, lives
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import accounts, books, particular, reports, values, worths
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.lifetimes.particular import Chances
from nenrin.insight.lifetimes.worths import Assumptions
from nenrin.insight.models import Risk, RiskModelVersion
from tests.insight import lifetimes_world
from tests.insight.test_lifetime_worths import book, life

DAY = date(2026, 11, 24)
GIVEN = Assumptions(margin=0.5, discount=0.10)
LIFE = replace(life(1, 2), next_on=date(2027, 4, 1))
PAYER = worths.payers([LIFE], Book(DAY, (), {}), GIVEN, 12)
DRAWS = intervals.draw(choose(values.cohort_of(book(90, 30))).best, values.cohort_of(book(90, 30)), np.random.default_rng(1), 60)  # fmt: skip


def chances(*stays: float, doubt: float = 0.0) -> Chances:
    return Chances(DAY, 365, 1 - stays[-1], stays, doubt, True)


def told(*stays: float, doubt: float = 0.0) -> accounts.Told:
    return accounts.told(LIFE, PAYER, 0.10, DRAWS, chances(*stays, doubt=doubt))


def test_the_next_renewal_is_its_own_and_all_later_ones_are_the_groups() -> None:
    """600 of margin a payment; 60 % that the next one comes, then a quarter leaves each time as in the group."""
    draws = intervals.Draws(replace(DRAWS.fit, model=Geometric(0.25)), np.array([[0.25]] * 20))
    found = accounts.told(LIFE, PAYER, 0.10, draws, chances(0.6))
    step = 0.75 / 1.1
    assert found.worth == pytest.approx(600 * 0.6 / 1.1 / (1 - step))
    assert found.payments == pytest.approx(0.6 / 1.1 / (1 - step))
    assert found.next == pytest.approx(0.6) and dict(found.left)[3] == pytest.approx(0.6 * 0.75**2)
    assert found.interval.low == pytest.approx(found.interval.high)


def test_two_of_one_group_with_other_risks_are_not_worth_the_same() -> None:
    safe, shaky = told(0.98), told(0.60)
    assert shaky.worth == pytest.approx(safe.worth * 0.60 / 0.98)
    assert shaky.interval.high < safe.interval.low


def test_what_the_risk_leaves_open_widens_the_interval() -> None:
    sure, open_ = told(0.8), told(0.8, doubt=0.8)
    assert open_.worth == pytest.approx(sure.worth)
    assert open_.interval.low < sure.interval.low < sure.worth < sure.interval.high < open_.interval.high


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.05, 0.99), min_size=1, max_size=4), st.floats(0.5, 0.999), st.integers(0, 3))
def test_a_higher_hazard_at_any_occasion_makes_the_value_lower(each: list[float], by: float, at: int) -> None:
    worse = list(each)
    worse[at % len(each)] *= by
    one, other = (tuple(np.cumprod(kept).tolist()) for kept in (each, worse))
    assert told(*other).worth < told(*one).worth


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6))
def test_the_groups_own_hazards_give_the_groups_value(count: int) -> None:
    model = DRAWS.fit.model
    own = tuple((model.survival(2.0 + np.arange(1, count + 1)) / model.survival([2.0])[0]).tolist())
    assert told(*own).worth == pytest.approx(accounts.told(LIFE, PAYER, 0.10, DRAWS).worth)
    assert told(*own).payments == pytest.approx(expectancies.residual_after_renewal(model, 0.10, 2))


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=12), st.floats(-3, 3))
def test_moved_odds_keep_their_order_and_the_last_has_just_those_odds(each: list[float], by: float) -> None:
    kept = np.cumprod(each)
    found = bridged.moved(kept, by)
    assert ((np.diff(found) <= 0).all() and ((found <= kept) == (by >= 0)).all()) or abs(by) < 1e-9
    last = np.log(kept[-1]) - np.log1p(-kept[-1]) - by
    assert np.log(found[-1]) - np.log1p(-found[-1]) == pytest.approx(last, rel=1e-6, abs=1e-6)


def version(
    event: str = "churn", *, horizons: tuple[int, ...] = (30, 90, 180, 365), **changed: Any
) -> RiskModelVersion:
    at = datetime.fromisoformat("2026-11-01T00:00:00+09:00")
    card = {"shows_probability": True, "verdicts": [{"horizon_days": days} for days in horizons]}
    given = {"event": event, "number": 1, "state": "trusted", "known_on": DAY, "learned_at": at, "used_from": at,
             "document": {}, "card": card, "findings": []}  # fmt: skip
    return RiskModelVersion.objects.create(**(given | changed))


def tell(account: Account, by: RiskModelVersion, p: float, at: datetime, as_of: date = DAY) -> None:
    """Of a year `p`, each month as probable as another."""
    hazard = 1 - (1 - p) ** (1 / 12)
    months = [hazard * (1 - hazard) ** n for n in range(12)]
    horizons = [[days, 1 - (1 - hazard) ** n, 0.5 * p, min(1.5 * p, 0.9)] for days, n in zip((30, 90, 180, 365), (1, 3, 6, 12), strict=True)]  # fmt: skip
    Risk.objects.create(account=account, event=by.event, as_of=as_of, at=at, version=by, p=p, low=0.0, high=1.0,
                        horizons=horizons, months=months, minor=100)  # fmt: skip


def worth(account: Account) -> dict[str, Any]:
    return reports.of_account(accounts.own(books.read(DAY), account.pk, GIVEN), account.pk, DAY)


@pytest.mark.django_db
def test_an_accounts_own_risk_counts_up_to_the_renewals_that_were_judged(org: Organisation, at: datetime) -> None:
    """Annual terms that end on 1 April, 128 days ahead: the risk up to then, of a year's 2 % and 40 %."""
    made = lifetimes_world.build(at)
    by = version()
    safe, shaky, silent = made[-6], made[-7], made[-8]
    tell(safe, by, 0.02, at)
    tell(shaky, by, 0.40, at)
    one, other, plain = worth(safe), worth(shaky), worth(silent)
    assert (one["by"], other["by"], plain["by"]) == ("own_risk", "own_risk", "group")
    until = 128 / PERIOD_DAYS / 12
    assert one["stays_next"] == pytest.approx(0.98**until) and other["stays_next"] == pytest.approx(0.60**until)
    assert one["group"] == other["group"] == plain["still_to_come"]
    ratio = other["still_to_come"]["value"] / one["still_to_come"]["value"]
    assert ratio == pytest.approx((0.60 / 0.98) ** until)
    assert one["risk"] == {"as_of": DAY, "days": 365, "probability": pytest.approx(0.02)}
    assert plain["why_group"] == reports.WHYS["untold"] and one["why_group"] == ""


@pytest.mark.django_db
def test_unpaid_bills_are_added_where_their_model_says_a_probability(org: Organisation, at: datetime) -> None:
    account = lifetimes_world.build(at)[-6]
    tell(account, version(), 0.2, at)
    alone = particular.chances(replace(LIFE, account=account.pk), DAY)
    tell(account, version("involuntary"), 0.1, at)
    both = particular.chances(replace(LIFE, account=account.pk), DAY)
    assert isinstance(alone, Chances) and isinstance(both, Chances)
    assert not alone.is_whole and both.is_whole
    assert both.stays[0] == pytest.approx(alone.stays[0] * 0.9 ** (128 / PERIOD_DAYS / 12))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("why", "changed", "as_of"),
    [
        ("ranks", {"state": "ranking"}, DAY),
        ("ranks", {"card": {"shows_probability": False, "verdicts": [{"horizon_days": 365}]}}, DAY),
        ("unjudged", {"horizons": ()}, DAY),
        ("beyond", {"horizons": (30, 90)}, DAY),
        ("untold", {}, date(2026, 11, 1)),
        ("untold", {}, date(2026, 11, 25)),
    ],
)
def test_where_the_risk_may_not_be_read_the_groups_lifetimes_stand(
    org: Organisation, at: datetime, why: particular.Why, changed: dict[str, Any], as_of: date
) -> None:
    account = lifetimes_world.build(at)[-6]
    tell(account, version(**changed), 0.4, at, as_of)
    found = worth(account)
    assert found["by"] == "group" and found["still_to_come"] == found["group"]
    assert found["why_group"] == reports.WHYS[why] and found["risk"] is None


def test_the_occasions_ahead_are_ends_of_terms() -> None:
    monthly = lives.life(1, [lives.Contract(date(2026, 1, 31), date(2026, 2, 28), lives.NEVER, 1, 100, "JPY")], DAY)
    assert monthly and [str(day) for day in lives.occasions(monthly, date(2027, 1, 31))] == [
        "2026-11-28", "2026-12-28", "2027-01-28",
    ]  # fmt: skip
    assert lives.occasions(Life(1, DAY, 1, False, 1, 1, 100, "JPY"), date(2027, 1, 31)) == []
