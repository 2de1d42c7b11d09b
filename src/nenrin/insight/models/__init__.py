"""What we believe of each account, and the configuration under which we came to believe it."""

from nenrin.insight.models.backtest import Backtest, RiskBacktest
from nenrin.insight.models.economics import BudgetPhase, BudgetPlan
from nenrin.insight.models.health import CurrentMeasure, DailyScore, Health, HealthDetail
from nenrin.insight.models.judgement import HardEvent, Override, Pulse
from nenrin.insight.models.progress import Progress
from nenrin.insight.models.report import BoardComment, ReportReader
from nenrin.insight.models.revenue import KpiTarget, MetricPolicy, PeriodLock
from nenrin.insight.models.ring import Ring
from nenrin.insight.models.risk import Risk, RiskBelief, RiskLearning, RiskModelVersion, RiskSaid
from nenrin.insight.models.roi import RoiBaseline
from nenrin.insight.models.segment import Segment, SegmentMembership
from nenrin.insight.models.start import StartBaseline, StartFigure
from nenrin.insight.models.version import HealthModelVersion

__all__ = [
    "Backtest",
    "BoardComment",
    "BudgetPhase",
    "BudgetPlan",
    "CurrentMeasure",
    "DailyScore",
    "HardEvent",
    "Health",
    "HealthDetail",
    "HealthModelVersion",
    "KpiTarget",
    "MetricPolicy",
    "Override",
    "PeriodLock",
    "Progress",
    "Pulse",
    "ReportReader",
    "Ring",
    "Risk",
    "RiskBacktest",
    "RiskBelief",
    "RiskLearning",
    "RiskModelVersion",
    "RiskSaid",
    "RoiBaseline",
    "Segment",
    "SegmentMembership",
    "StartBaseline",
    "StartFigure",
]
