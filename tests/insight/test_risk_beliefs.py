"""The level behind several measures, carried from month to month: what is told of it, kept of it and forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics.forecasts.hazards import ladders
from nenrin.analytics.forecasts.hazards.ladders import Rung, Step
from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL
from nenrin.customers import merges
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import Risk, RiskBelief, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import beliefs, chunks, learning, machine, outcomes, replays, reports, tables, telling, words
from nenrin.web.risk import pictures
from tests.insight import risk_world

pytestmark = pytest.mark.django_db

LEARNED, KNOWN = date(2025, 10, 31), risk_world.KNOWN
SHADOWS = ("logins_per_seat_week", "active_user_share", "feature_breadth")


@pytest.fixture
def churn(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> RiskModelVersion:
    """A model that reads the level, learned when two months were still to come. Few events are enough here, and it is
    read whatever it gains: so few say nothing of that."""
    monkeypatch.setattr(ladders, "FEW_EVENTS", 30)
    monkeypatch.setattr(ladders, "chosen_of", _level_of)
    monkeypatch.setattr(replays, "BACK", 2)
    made = risk_world.build(at, count=220)
    _observe({account: notice for account, (notice, _) in made.items()})
    (version,) = learning.learn(LEARNED, by=SYSTEM, at=at, events=("churn",))
    assert version.card["level"]["kept"]
    return learning.use(version, by=SYSTEM, at=at, reason="those who use it little are few and stay few")


def _level_of(ladder: Sequence[Rung], best: Sequence[int], *_: object) -> int:
    return next(n for n in best if ladder[n].step == Step.LEVEL)


def _observe(notices: Mapping[int, date | None]) -> None:
    """Who will leave, and some of those who stay, use it less; each month's measures are noisy shadows of that."""
    rng, lake = np.random.default_rng(3), lakes.current()
    little = {account for account, notice in notices.items() if notice or rng.random() < 0.15}
    values, scores = [], []
    for month in range(25):
        day = risk_world.add_months(risk_world.FIRST, month) - timedelta(1)
        for account in notices:
            scores.append(_unscored(account, day))
            level = -2.0 if account in little else 0.5
            for key in SHADOWS:
                if rng.random() < 0.9:
                    value = 5 + level + 2.5 * rng.normal()
                    values.append(
                        {"account": account, "day": day, "month": f"{day:%Y-%m}", "measure": key, "value": value}
                    )
    history.values_table(lake).append(pa.Table.from_pylist(values, schema=history.VALUES), app="test", version=1)
    history.scores_table(lake).append(pa.Table.from_pylist(scores, schema=history.SCORES), app="test", version=1)


def _unscored(account: int, day: date) -> dict[str, Any]:
    row: dict[str, Any] = {
        one.name: [] if pa.types.is_list(one.type) else "" if one.type == pa.string() else 0 for one in history.SCORES
    }
    row |= {"settled": True, "by_hand": False, "coverage": 1.0, "shown": "unknown"}
    return row | {"account": account, "day": day, "month": f"{day:%Y-%m}"}


def _kept() -> dict[tuple[int, date], tuple[float, ...]]:
    rows = RiskBelief.objects.values_list("account_id", "as_of", *beliefs.PARTS)
    return {(row[0], row[1]): row[2:] for row in rows}


def test_what_is_told_month_by_month_is_what_all_months_say_together(churn: RiskModelVersion, at: datetime) -> None:
    telling.tell(LEARNED, at=at)
    first = _kept()
    telling.tell(date(2025, 11, 12), at=at)
    assert _kept() == first, "in mid-month nothing is kept"
    telling.tell(KNOWN, at=at)  # the end of November was missed
    then = _kept()
    assert {day for _, day in then} >= {LEARNED, date(2025, 11, 30), KNOWN}
    assert {key: then[key] for key in first} == first, "no later month changes what was believed"
    telling.tell(KNOWN, at=at)
    assert _kept() == then
    later = tables.past(lakes.current(), outcomes.decided(books.ledger(date(2026, 1, 31))))
    model = machine.read(RiskModelVersion.objects.get(pk=churn.pk).document)
    whole = machine.seen(model, later.table)
    now = whole.chosen(whole.as_of == (KNOWN - date(1970, 1, 1)).days)
    grid = dict(zip(now.account.tolist(), machine.tell(model, now).p[:, 1].tolist(), strict=True))
    told = {row.account_id: row.p for row in Risk.objects.filter(event="churn")}
    assert set(told) == set(grid) and len(told) > 60
    assert told == pytest.approx(grid, abs=1e-9)


def test_a_kill_leaves_no_belief_half_moved_on(
    churn: RiskModelVersion, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling.tell(LEARNED, at=at)
    monkeypatch.setattr(chunks, "ROWS", 30)
    write, sent = chunks.written.upsert, [0]

    def killed(model: Any, *args: Any, **named: Any) -> int:
        sent[0] += model is RiskBelief
        if sent[0] == 3:
            raise KeyboardInterrupt
        return write(model, *args, **named)

    monkeypatch.setattr(chunks.written, "upsert", killed)
    with pytest.raises(KeyboardInterrupt):
        telling.tell(KNOWN, at=at)
    churn.refresh_from_db()
    assert churn.believed_on == LEARNED and RiskBelief.objects.filter(as_of__gt=LEARNED).exists()
    telling.tell(KNOWN, at=at)
    once = _kept()
    RiskModelVersion.objects.filter(pk=churn.pk).update(believed_from=None, believed_on=None)
    RiskBelief.objects.all().delete()
    telling.tell(KNOWN, at=at)  # from all months at once
    anew = _kept()
    last = {key for key in anew if key[1] == KNOWN}
    assert last == {key for key in once if key[1] == KNOWN} and len(last) > 60
    for key in last:
        assert anew[key] == pytest.approx(once[key], abs=1e-9)


def test_what_is_out_of_use_is_forgotten_and_a_merged_account_goes_on_where_the_other_was(
    churn: RiskModelVersion, at: datetime
) -> None:
    telling.tell(KNOWN, at=at)
    kept = _kept()
    one, other = Account.objects.filter(pk__in=[key for key, day in kept if day == KNOWN])[:2]
    RiskBelief.objects.filter(account=one).delete()
    merges.merge(one, other, by=SYSTEM, at=at)
    found = beliefs._before(churn.pk, KNOWN + timedelta(31))
    place = int(np.searchsorted(found.account, one.pk))
    assert found.account[place] == one.pk and found.belief.lasting[place] == kept[other.pk, KNOWN][0]
    learning.withdraw(churn, by=SYSTEM, at=at)
    telling.tell(KNOWN, at=at)
    churn.refresh_from_db()
    assert not RiskBelief.objects.exists() and churn.believed_on is None


def test_reasons_and_the_card_say_in_words_what_the_level_does(churn: RiskModelVersion, at: datetime) -> None:
    telling.tell(KNOWN, at=at)
    said = [row for risk in Risk.objects.all() for row in risk.reasons if row[0] in (LEVEL, USUAL)]
    assert said and all(abs(value) < 5 for _, _, value, _ in said)
    low = min(said, key=lambda row: row[2])
    assert low[1] > 0 and "below" in words.figure(low[0], low[2]).en and "下回る" in words.figure(low[0], low[2]).ja
    assert words.feature(LEVEL).ja == "利用の基調"
    card = pictures.card(RiskModelVersion.objects.get(pk=churn.pk), {})
    assert card.level is not None and card.level.en.endswith("It is read.") and "採用した" in card.level.ja
    assert words.feature(LEVEL) in card.features or words.feature(USUAL) in card.features
    assert RiskSaid.objects.filter(is_replayed=True).exists(), "months before are told by what they knew themselves"


def test_a_past_day_is_recomputed_with_the_level_that_its_own_months_teach(
    churn: RiskModelVersion, at: datetime
) -> None:
    found = reports.report("churn", date(2025, 9, 30))
    assert found.basis == "recomputed" and len(found.items) > 60
    telling.tell(KNOWN, at=at)
    assert reports.report("churn", date(2025, 9, 30)) == found
