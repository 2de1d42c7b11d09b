"""Benchmarks as data, each with where it is from and when. Values between two bands belong to none."""

from nenrin.analytics.revenue.kpis import Band
from nenrin.values import Text

PRACTICE = "customer success practice, Japan, 2024"
SKOK = "D. Skok, SaaS Metrics 2.0"
KBCM = "KBCM/Sapphire private SaaS survey 2024"
BAIN = "Bain & Company, rule of thumb; no rigorous band exists"
BENCHMARKIT = "Benchmarkit SaaS performance 2025"

_USUAL = Text("within the usual", "標準的")
_ABOVE = Text("above the usual", "標準より高い")

MONTHLY_CHURN = (
    Band(None, 0.01, _USUAL, PRACTICE, "enterprise"),
    Band(0.01, None, _ABOVE, PRACTICE, "enterprise"),
    Band(None, 0.01, Text("below the usual", "標準より低い"), PRACTICE, "mid_market"),
    Band(0.01, 0.02, _USUAL, PRACTICE, "mid_market"),
    Band(0.02, None, _ABOVE, PRACTICE, "mid_market"),
    Band(None, 0.03, Text("below the usual", "標準より低い"), PRACTICE, "smb"),
    Band(0.03, 0.07, _USUAL, PRACTICE, "smb"),
    Band(0.07, None, _ABOVE, PRACTICE, "smb"),
)
GRR = (
    Band(None, 0.82, Text("lowest quarter", "下位4分の1"), KBCM),
    Band(0.82, 0.91, Text("below the median", "中央値未満"), KBCM),
    Band(0.91, 0.95, Text("above the median", "中央値以上"), KBCM),
    Band(0.95, None, Text("top quarter", "上位4分の1"), KBCM),
)
NRR = (
    Band(None, 1.01, Text("below the median", "中央値未満"), BENCHMARKIT),
    Band(1.01, 1.15, Text("above the median", "中央値以上"), BENCHMARKIT),
    Band(1.15, None, Text("top quarter", "上位4分の1"), BENCHMARKIT),
)
LTV_TO_CAC = (
    Band(None, 2, Text("not sustainable", "持続可能性に課題"), SKOK),
    Band(2, 3, Text("to improve", "改善の余地"), SKOK),
    Band(3, None, Text("healthy", "健全"), SKOK),
)
NEW_CAC = (
    Band(None, 2.0, Text("below the median", "中央値未満"), BENCHMARKIT),
    Band(2.0, 2.82, Text("above the median", "中央値以上"), BENCHMARKIT),
    Band(2.82, None, Text("costliest quarter", "費用の高い4分の1"), BENCHMARKIT),
)
PAYBACK = (
    Band(None, 12, Text("healthy", "健全"), SKOK),
    Band(12, None, Text("longer than a year", "1年超"), SKOK),
)
QUICK_RATIO = (
    Band(None, 4, Text("below 4", "4未満"), "rule of thumb, no survey behind it"),
    Band(4, None, Text("4 or more", "4以上"), "rule of thumb, no survey behind it"),
)
NPS = (
    Band(None, 0, Text("more detractors than promoters", "批判者が推奨者より多い"), BAIN),
    Band(0, 50, Text("good", "良好"), BAIN),
    Band(50, 80, Text("excellent", "非常に良い"), BAIN),
    Band(80, None, Text("world class", "世界最高水準"), BAIN),
)
ONBOARDING = (
    Band(None, 0.9, Text("below the usual target of 90 %", "目標の目安（90%）未満"), PRACTICE),
    Band(0.9, None, Text("usual target reached", "目標の目安（90%）以上"), PRACTICE),
)
