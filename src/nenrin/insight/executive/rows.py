"""The dashboard as plain rows, for files and programs: one figure each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nenrin.insight.executive import bridges, exposures, returns
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.executive.returns import Returns
from nenrin.insight.executive.words import BAND_NAMES
from nenrin.values import Text

HEADS = (
    Text("Section", "区分"), Text("Key", "キー"), Text("Name", "名称"), Text("Value", "値"), Text("Unit", "単位"),
    Text("Low", "下限"), Text("High", "上限"), Text("n", "対象数"), Text("Target", "目標"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """Money in minor units, shares of one; None: not enough data, or there is none."""

    section: str
    key: str
    name: Text
    value: float | None
    unit: str
    n: int | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None


def rows(of: Dashboard) -> Iterator[Row]:
    """Tiles, movements, health, renewals ahead, what is expected, churn reasons, capacity, score quality, the return,
    cohorts."""
    yield from _tiles(of)
    for step in bridges.steps(of):
        yield Row("movements", step.kind, step.name, step.amount, "money", step.count)
    yield from _health(of)
    for month in of.ahead.months:
        key, name = f"{month.start:%Y-%m}", Text("Contracts due", "更新期限を迎える契約")
        yield Row("renewals_ahead", key, name, month.mrr, "money", month.contracts)
        yield Row("renewals_ahead", f"{key}:at_risk", BAND_NAMES["at_risk"], month.at_risk, "money")
    for ahead in of.expected.months if of.expected else ():
        told, key = ahead.expected, f"{ahead.begins:%Y-%m-%d}"
        yield Row("expected_churn", key, Text("Expected churned MRR", "解約が見込まれるMRR"), round(told.value), "money",
                  low=round(told.low), high=round(told.high))  # fmt: skip
    for reason in of.leaving:
        yield Row("churn_reasons", reason.name.en, reason.name, reason.mrr, "money", len(reason.accounts))
    yield from _capacity(of)
    for score in of.scores:
        key = f"{score.kind}:{score.key}:{score.version}"
        yield Row("score_quality", f"{key}:auc", score.name, score.auc, "ratio", score.left, score.low, score.high)
        yield Row("score_quality", f"{key}:slope", score.name, score.slope, "ratio", score.left)
        yield Row("score_quality", f"{key}:lift", score.name, score.lift, "ratio", score.left)
    if of.returns is not None:
        yield from _returns(of.returns)
    for cohort in of.cohorts:
        for age, mrr in enumerate(cohort.mrr):
            key = f"{cohort.month:%Y-%m}+{age}"
            yield Row("cohorts", key, Text("MRR left", "残るMRR"), mrr, "money", cohort.accounts[age])


def _capacity(of: Dashboard) -> Iterator[Row]:
    if of.load is not None:
        minutes = Text("Minutes planned a month", "予定時間（分／月）")
        yield Row("capacity", "planned", minutes, of.load.minutes, "count", of.load.members)
        share = Text("Share of the stated time", "対応可能時間に占める割合")
        yield Row("capacity", "share", share, of.load.share, "share", of.load.stated)


def _returns(of: Returns) -> Iterator[Row]:
    """The effect, and what it follows from."""
    yield Row(
        "returns", "first_year", Text("Revenue gained in the first year", "1年目の売上増"), round(of.gain), "money"
    )
    yield Row("returns", "later", Text("Revenue gained over the years", "期間全体の売上増"), round(of.later), "money")
    yield Row("returns", "people", Text("CSMs that it pays for", "賄えるCSM人数"), of.people, "count")
    for one, _ in returns.inputs(of):
        yield Row("returns", f"input:{one.key}", one.name, getattr(of.company, one.key), one.unit)


def _tiles(of: Dashboard) -> Iterator[Row]:
    for tile in of.tiles:
        low, high = tile.figure.interval or (None, None)
        target = tile.target.value if tile.target else None
        yield Row(
            "kpis", tile.kpi.key, tile.kpi.name, tile.figure.value, tile.kpi.unit, tile.figure.n, low, high, target
        )


def _health(of: Dashboard) -> Iterator[Row]:
    if of.standing is None:
        return
    for part in of.standing.parts:
        yield Row("health", part.band, BAND_NAMES[part.band], part.mrr, "money", part.accounts)
    exposed = exposures.exposure(of.standing)
    if exposed is not None:
        yield Row("health", "at_risk_arr", exposures.NAME, exposed.arr, "money", exposed.accounts)
    for (was, now), n in sorted(of.standing.moved.items()):
        name = Text(f"{BAND_NAMES[was].en} to {BAND_NAMES[now].en}", f"{BAND_NAMES[was].ja}から{BAND_NAMES[now].ja}へ")
        yield Row("health_moved", f"{was}:{now}", name, n, "count")
