"""The whole dashboard as one record, from which the page, the print and programs all take their figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.analytics.revenue.cohorts import Cohort
from nenrin.insight.executive import ahead as coming
from nenrin.insight.executive import capacity, comments, quality
from nenrin.insight.executive import returns as roi
from nenrin.insight.executive import risks as risky
from nenrin.insight.executive import standing as health
from nenrin.insight.executive import tiles as figures
from nenrin.insight.executive.ahead import Ahead
from nenrin.insight.executive.capacity import Capacities
from nenrin.insight.executive.changes import Changes, changes
from nenrin.insight.executive.expected import expected
from nenrin.insight.executive.leaving import Reason, Reasons, leaving, written
from nenrin.insight.executive.quality import Quality
from nenrin.insight.executive.questions import Question
from nenrin.insight.executive.returns import Returns
from nenrin.insight.executive.risks import Risk
from nenrin.insight.executive.standing import Standing
from nenrin.insight.executive.tiles import Tile
from nenrin.insight.models import BoardComment
from nenrin.insight.revenue import cohorts
from nenrin.insight.revenue.statements import Statement
from nenrin.insight.risk.forecasts import Forecast

COHORTS = 12


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`load` and `scores` are of today, nothing on other days. `standing` None: no health was stored by then, or the asker may not see it. `expected` None: no risk model is in
    use, or another day than today was asked for."""

    ask: Question
    accounts: int
    tiles: tuple[Tile, ...]
    statement: Statement
    cohorts: tuple[Cohort, ...]
    standing: Standing | None
    ahead: Ahead
    risks: tuple[Risk, ...]
    changes: Changes
    expected: Forecast | None
    leaving: tuple[Reason, ...] = ()
    load: Capacities | None = None
    scores: tuple[Quality, ...] = ()
    comments: tuple[BoardComment, ...] = ()
    returns: Returns | None = None

    @property
    def is_empty(self) -> bool:
        """Is no contract known at all?"""
        return not len(self.ask.ledger.book.accounts)

    def tile(self, key: str) -> Tile | None:
        return next((tile for tile in self.tiles if tile.kpi.key == key), None)


def dashboard(ask: Question, reasons: Reasons = written, assumed: Mapping[str, float] | None = None) -> Dashboard:
    """Everything, of the period and slice asked for. `reasons`: why accounts left; `assumed`: other assumptions of the
    return."""
    pays = health.paying(ask, ask.last)
    bands = health.bands_on(ask, ask.last) if ask.sees_health else {}
    ahead, moved, awaited = coming.ahead(ask, bands, pays), changes(ask), expected(ask, pays)
    return Dashboard(
        ask, len(pays), tuple(figures.tiles(ask)), ask.statement(), tuple(_cohorts(ask)), health.standing(ask, bands), ahead,
        tuple(risky.risks(ask, bands, pays, ahead.dues)), moved,
        awaited, leaving(moved.churned, reasons),
        capacity.of_accounts(pays) if ask.is_now else None,
        quality.qualities(awaited.version if awaited else None) if ask.is_now and ask.sees_health else (),
        comments.of(ask),
        roi.returns(ask, assumed),
    )  # fmt: skip


def _cohorts(ask: Question) -> list[Cohort]:
    """Of the accounts that are in the slice at the end."""
    return [each for each in cohorts.table(ask.ledger, ask.last, COHORTS + 1, ask.within) if each.at_risk]
