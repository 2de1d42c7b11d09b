"""Each sign of a leak fires where there is one, and keeps quiet where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nenrin.analytics.forecasts.hazards import leaks, risk
from nenrin.analytics.forecasts.hazards.tables import LEADS, Feature, Table
from tests.analytics.risk_worlds import MONTH

ACCOUNTS, MONTHS = 60, 10


def book() -> Table:
    """60 accounts over ten months; every second one leaves, in its fifth to ninth month."""
    rng = np.random.default_rng(4)
    last = np.where(np.arange(ACCOUNTS) % 2 == 0, 4 + np.arange(ACCOUNTS) // 2 % 5, MONTHS)
    account, month = np.nonzero(np.arange(MONTHS) <= last[:, None])
    begins = (1000 + month * MONTH).astype(np.int64)
    rows = len(account)
    features = (
        Feature("usage", rng.normal(size=rows), begins - 1),
        Feature("nps", np.where(rng.random(rows) < 0.4, np.nan, rng.integers(0, 11, rows)), begins - 20),
        Feature("tenure", (begins - 900).astype(float)),
    )
    return Table(
        account=account.astype(np.int64),
        begins=begins,
        ends=begins + MONTH,
        as_of=begins - 1,
        tier=np.full(rows, "smb"),
        tenure=begins - 900,
        calendar=np.ones((rows, LEADS), dtype=np.int8),
        features=features,
        events={"churn": month == last[account]},
    )


def fired(table: Table, **more: object) -> dict[str, str]:
    return {one.rule: one.feature for one in leaks.findings(table, **more)}  # type: ignore[arg-type]


def with_(table: Table, name: str, values: np.ndarray) -> Table:
    return replace(table, features=(*table.features, Feature(name, values.astype(float))))


def lost_on(table: Table) -> np.ndarray:
    found = np.full(ACCOUNTS, -1)
    found[table.account[table.events["churn"]]] = table.ends[table.events["churn"]]
    return found[table.account]


def test_an_honest_book_raises_nothing() -> None:
    table = book()
    losses = {int(a): int(d) for a, d in zip(table.account, lost_on(table), strict=True) if d >= 0}
    assert leaks.findings(table, folds=table.account % 5, losses_elsewhere=losses) == ()


def test_a_fact_recorded_after_its_day_refuses_the_table() -> None:
    table = book()
    usage = table.feature("usage")
    assert usage.recorded is not None
    late = replace(usage, recorded=usage.recorded + np.where(np.arange(len(table)) == 7, 2, 0))
    table = replace(table, features=(late, *table.features[1:]))
    (found,) = leaks.findings(table)
    assert (found.rule, found.severity, found.feature, found.figure) == ("recorded_after", "refuse", "usage", 1.0)
    with pytest.raises(risk.Leaking, match="recorded_after: usage"):
        risk.learned(table)


def test_a_value_that_is_missing_cannot_be_too_late() -> None:
    table = book()
    nps = table.feature("nps")
    assert nps.recorded is not None
    recorded = np.where(np.isnan(nps.values), 10**6, nps.recorded)
    table = replace(table, features=(replace(nps, recorded=recorded),))
    assert fired(table) == {}


def after_end() -> Table:
    """Two more months of everyone who left."""
    table = book()
    gone = table.chosen(np.flatnonzero(table.events["churn"]))
    later = [
        replace(gone, begins=gone.begins + n * MONTH, ends=gone.ends + n * MONTH, as_of=gone.as_of + n * MONTH)
        for n in (1, 2)
    ]
    parts = [table, *(replace(one, events={"churn": np.zeros(len(one), bool)}) for one in later)]
    return Table(
        *(
            np.concatenate([getattr(p, n) for p in parts])
            for n in ("account", "begins", "ends", "as_of", "tier", "tenure", "calendar")
        ),
        features=(Feature("usage", np.random.default_rng(1).normal(size=sum(len(p) for p in parts))),),
        events={"churn": np.concatenate([p.events["churn"] for p in parts])},
    )


def test_rows_after_the_loss_are_told_and_left_out() -> None:
    table = after_end()
    assert fired(table) == {"rows_after_end": ""}
    assert len(leaks.without_rows_after_end(table)) == len(book())


def test_a_feature_that_stands_still_after_the_loss() -> None:
    table = after_end()
    values = table.feature("usage").values.copy()
    values[len(book()) :] = 0.0
    assert "constant_after_churn" in fired(with_(table, "plan", values))
    assert "constant_after_churn" not in fired(with_(table, "plan", np.zeros(len(table))))


def test_a_feature_that_tells_all_by_itself() -> None:
    table = book()
    noise = np.random.default_rng(2).normal(size=len(table))
    assert fired(with_(table, "logins", noise - 4 * table.events["churn"]))["tells_alone"] == "logins"
    assert "tells_alone" not in fired(with_(table, "logins", noise - 0.5 * table.events["churn"]))


def test_a_feature_that_says_nothing_three_months_earlier() -> None:
    table = book()
    noise = np.random.default_rng(2).normal(size=len(table))
    assert fired(with_(table, "logins", noise - 1.6 * table.events["churn"]))["falls_when_lagged"] == "logins"
    steady = noise - 1.6 * (lost_on(table) >= 0)
    assert "falls_when_lagged" not in fired(with_(table, "logins", steady))


def test_a_tenure_or_last_seen_counted_to_the_loss() -> None:
    table = book()
    end = np.where(lost_on(table) >= 0, lost_on(table), table.ends.max())
    assert fired(with_(table, "age", end - 900))["counts_to_loss"] == "age"
    assert fired(with_(table, "left in", end - table.as_of))["counts_to_loss"] == "left in"
    assert "counts_to_loss" not in fired(with_(table, "age", table.begins - 900))


@pytest.mark.parametrize("name", ["account_status", "cancel_reason", "refunds", "解約理由", "返金額"])
def test_a_column_named_after_the_end(name: str) -> None:
    noise = np.random.default_rng(2).normal(size=len(book()))
    assert fired(with_(book(), name, noise)) == {"named_after_outcome": name}
    assert fired(with_(book(), "active_users", noise)) == {}


def test_a_mark_that_only_those_carry_who_leave() -> None:
    table = book()
    mark = np.where(table.events["churn"], 1.0, np.nan)
    assert fired(with_(table, "exit_call", mark))["derived_from_outcome"] == "exit_call"
    half = np.where(np.random.default_rng(3).random(len(table)) < 0.2, 1.0, np.nan)
    assert "derived_from_outcome" not in fired(with_(table, "call", half))


def test_an_identifier_is_no_feature() -> None:
    table = book()
    assert fired(with_(table, "row", 1000.0 + table.account * 7))["identifier"] == "row"
    assert "identifier" not in fired(with_(table, "seats", table.account % 9))


def test_an_account_on_both_sides_of_a_fold() -> None:
    table = book()
    assert fired(table, folds=np.arange(len(table)) % 5) == {"account_across_folds": ""}
    assert fired(table, folds=table.account % 5) == {}


def test_tables_that_do_not_agree_who_left() -> None:
    table = book()
    losses = {int(a): int(d) for a, d in zip(table.account, lost_on(table), strict=True) if d >= 0}
    (found,) = leaks.findings(table, losses_elsewhere={**losses, 1: int(table.ends.min()), 0: losses[0] - 90})
    assert (found.rule, found.figure) == ("labels_disagree", 2.0)
    assert leaks.findings(table, losses_elsewhere={**losses, 1: 10**6, 999: 1000}) == ()


def test_lots_that_look_better_than_time() -> None:
    assert leaks.with_alarm((), 0.031, 0.03)[0].rule == "lot_beats_time"
    assert leaks.with_alarm((), 0.03, 0.03) == () == leaks.with_alarm((), None, 0.03)
