"""Benchmarks as data, each with where it is from and of which year. Values between two bands belong to none."""

from nenrin.analytics.revenue.kpis import Band, Source
from nenrin.values import Text

PRACTICE = Source("customer success practice, Japan", 2024)
SKOK = Source("D. Skok, SaaS Metrics 2.0", 2013)
KBCM = Source("KBCM/Sapphire private SaaS survey", 2024)
BAIN = Source("Bain & Company, rule of thumb; no rigorous band exists", 2026, is_read=True)
BENCHMARKIT = Source("Benchmarkit SaaS performance", 2025)
HAMID = Source("M. Hamid, rule of thumb; no survey behind it", 2015)
BY_VALUE = Source("a vendor's guide, by annual contract value", 2026, is_read=True)
SAAS_CAPITAL = Source("SaaS Capital, as cited by others", 2026, is_read=True)
OPENVIEW = Source("OpenView SaaS benchmarks, as cited by others", 2026, is_read=True)
TYPICAL = Source("collected surveys of B2B software; no rigorous band exists", 2026, is_read=True)
SMARTHR = Source("SmartHR, of itself: 99.5 % go on; whether of a month is not said", 2024)

_USUAL = Text("within the usual", "標準的")
_ABOVE = Text("above the usual", "標準より高い")
_BELOW_MEDIAN = Text("below the median", "中央値未満")
_ABOVE_MEDIAN = Text("above the median", "中央値以上")
_AROUND = Text("around the median", "中央値付近")

MONTHLY_CHURN = (
    Band(None, 0.01, _USUAL, PRACTICE, "enterprise"),
    Band(0.01, None, _ABOVE, PRACTICE, "enterprise"),
    Band(None, 0.01, Text("below the usual", "標準より低い"), PRACTICE, "mid_market"),
    Band(0.01, 0.02, _USUAL, PRACTICE, "mid_market"),
    Band(0.02, None, _ABOVE, PRACTICE, "mid_market"),
    Band(None, 0.03, Text("below the usual", "標準より低い"), PRACTICE, "smb"),
    Band(0.03, 0.07, _USUAL, PRACTICE, "smb"),
    Band(0.07, None, _ABOVE, PRACTICE, "smb"),
    Band(0.003, 0.006, Text("usual of enterprise contracts", "大型契約で標準的"), BY_VALUE, aside=True),
    Band(0.007, 0.01, Text("usual of mid-sized contracts", "中型契約で標準的"), BY_VALUE, aside=True),
    Band(0.014, 0.024, Text("usual of small contracts", "小型契約で標準的"), BY_VALUE, aside=True),
    Band(0.03, 0.057, Text("usual of self-service", "セルフサービスで標準的"), BY_VALUE, aside=True),
    Band(None, 0.005, Text("one Japanese provider's own", "国内事業者1社の公表値"), SMARTHR, aside=True),
)
YEARLY_CHURN = (
    Band(None, 0.05, Text("best quarter", "上位4分の1"), SAAS_CAPITAL),
    Band(0.05, 0.07, _BELOW_MEDIAN, SAAS_CAPITAL),
    Band(0.07, 0.1, _AROUND, SAAS_CAPITAL),
    Band(0.1, None, _ABOVE_MEDIAN, SAAS_CAPITAL),
)
GROWTH = (
    Band(None, 0.26, _BELOW_MEDIAN, BENCHMARKIT),
    Band(0.26, 0.5, _ABOVE_MEDIAN, BENCHMARKIT),
    Band(0.5, None, Text("top quarter", "上位4分の1"), BENCHMARKIT),
)
EXPANSION_SHARE = (
    Band(None, 0.4, _BELOW_MEDIAN, BENCHMARKIT),
    Band(0.4, None, _ABOVE_MEDIAN, BENCHMARKIT),
)
GRR = (
    Band(None, 0.82, Text("lowest quarter", "下位4分の1"), KBCM),
    Band(0.82, 0.91, _BELOW_MEDIAN, KBCM),
    Band(0.91, 0.95, _ABOVE_MEDIAN, KBCM),
    Band(0.95, None, Text("top quarter", "上位4分の1"), KBCM),
)
NRR = (
    Band(None, 1.01, _BELOW_MEDIAN, BENCHMARKIT),
    Band(1.01, 1.15, _ABOVE_MEDIAN, BENCHMARKIT),
    Band(1.15, None, Text("top quarter", "上位4分の1"), BENCHMARKIT),
    Band(
        1.05,
        1.1,
        Text("usual at 10 to 50 million dollars of ARR", "ARR 1,000万〜5,000万ドルの会社で標準的"),
        KBCM,
        aside=True,
    ),
)
LTV_TO_CAC = (
    Band(None, 2, Text("not sustainable", "持続可能性に課題"), SKOK),
    Band(2, 3, Text("to improve", "改善の余地"), SKOK),
    Band(3, None, Text("healthy", "健全"), SKOK),
)
NEW_CAC = (
    Band(None, 2.0, _BELOW_MEDIAN, BENCHMARKIT),
    Band(2.0, 2.82, _ABOVE_MEDIAN, BENCHMARKIT),
    Band(2.82, None, Text("costliest quarter", "費用の高い4分の1"), BENCHMARKIT),
)
PAYBACK = (
    Band(None, 12, Text("healthy", "健全"), SKOK),
    Band(12, 15, Text("shorter than the median", "中央値より短い"), OPENVIEW),
    Band(15, 20, _AROUND, OPENVIEW),
    Band(20, None, Text("longer than the median", "中央値より長い"), OPENVIEW),
)
QUICK_RATIO = (
    Band(None, 4, Text("below 4", "4未満"), HAMID),
    Band(4, None, Text("4 or more", "4以上"), HAMID),
)
NPS = (
    Band(None, 0, Text("more detractors than promoters", "批判者が推奨者より多い"), BAIN),
    Band(0, 50, Text("good", "良好"), BAIN),
    Band(50, 80, Text("excellent", "非常に良い"), BAIN),
    Band(80, None, Text("world class", "世界最高水準"), BAIN),
    Band(30, 40, Text("typical of B2B software", "BtoBソフトウェアで標準的"), TYPICAL, aside=True),
)
ONBOARDING = (
    Band(None, 0.9, Text("below the usual target of 90 %", "目標の目安（90%）未満"), PRACTICE),
    Band(0.9, None, Text("usual target reached", "目標の目安（90%）以上"), PRACTICE),
)
