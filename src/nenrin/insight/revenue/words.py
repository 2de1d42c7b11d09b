"""How revenue is spoken of: periods, grains, the policy profile, money and figures of a KPI."""

from __future__ import annotations

from datetime import date, timedelta

from nenrin.analytics.revenue import periods
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.analytics.revenue.kpis import Direction, Kpi, Unit
from nenrin.analytics.revenue.periods import Grain
from nenrin.analytics.revenue.policies import Policy
from nenrin.foundation import format
from nenrin.insight.revenue.statements import View
from nenrin.values import Money, Period, Text, minor_digits

GRAINS: dict[Grain, Text] = {
    "month": Text("Month", "月"),
    "quarter": Text("Fiscal quarter", "四半期"),
    "year": Text("Fiscal year", "年度"),
}
VIEWS: dict[View, Text] = {
    "net": Text("net (ends compared)", "純額（期首と期末の比較）"),
    "gross": Text("gross (every change)", "総額（すべての変更を合計）"),
}
DIRECTIONS: dict[Direction, Text] = {
    "higher": Text("more is better", "高いほど良い"),
    "lower": Text("less is better", "低いほど良い"),
    "neutral": Text("neither", "良し悪しなし"),
}
UNITS: dict[Unit, Text] = {
    "money": Text("money", "金額"),
    "share": Text("share", "割合"),
    "ratio": Text("times", "倍"),
    "count": Text("count", "件数"),
    "days": Text("days", "日"),
    "months": Text("months", "か月"),
    "points": Text("points", "点"),
    "score": Text("mean score", "平均点"),
}


def period_name(period: Period, grain: Grain, start_month: int = 4) -> Text:
    """ "2026年11月", "FY2026 Q3": a fiscal year is named after the calendar year in which it begins."""
    start = period.start
    if grain == "month":
        return Text(format.day(start, "en", "month"), format.day(start, "ja", "month"))
    year = start.year if start.month >= start_month else start.year - 1
    if grain == "year":
        return Text(f"FY{year}", f"{year}年度")
    quarter = (start.month - start_month) % 12 // 3 + 1
    return Text(f"FY{year} Q{quarter}", f"{year}年度 第{quarter}四半期")


def named(period: Period, grain: Grain, fiscal: Fiscal) -> Text:
    """The name of the period in which one begins; with its days in a year cut short by a change of the fiscal year, since
    the year after it may have the same name."""
    name, year = period_name(period, grain, fiscal.month(period.start)), fiscal.holding(period.start, "year")
    if grain == "month" or periods.month_start(year.start, 12) == year.end:
        return name
    days = span(fiscal.holding(period.start, grain))
    return Text(f"{name.en} ({days.en})", f"{name.ja}（{days.ja}）")


def span(period: Period) -> Text:
    """The days of a period, both ends named."""
    last = period.end - timedelta(days=1)
    days = [format.day(day, language) for language in ("en", "ja") for day in (period.start, last)]
    return Text(f"{days[0]} to {days[1]}", f"{days[2]}〜{days[3]}")


RECOGNITION = {
    "request": Text("churn counts from the customer's request", "解約は申し出の日に計上"),
    "billing": Text("churn counts when billing ends", "解約は課金の終了日に計上"),
    "service": Text("churn counts when the paid service ends", "解約は支払い済み期間の終了日に計上"),
}
DUNNING = {
    "off": Text("overdue payment is no churn", "支払いの遅れは解約とみなさない"),
    "invoices": Text("unpaid invoices are churn once they are overdue for too long",
                     "請求書の未払いが一定日数を超えたら解約（支払い滞納）"),
}  # fmt: skip
COUPONS = {
    "reduce": Text("discounts lower MRR while they run", "割引中は割引後の額"),
    "ignore": Text("discounts that end leave MRR as listed", "期限付き割引は定価で計上"),
}
USAGE = {
    "none": Text("metered usage is left out", "従量課金は含めない"),
    "committed": Text("metered usage counts with its committed minimum", "従量課金は最低利用額のみ"),
    "trailing": Text("metered usage counts with its three-month mean", "従量課金は直近3か月の平均"),
}
RAMP = {
    "step": Text("ramp deals count step by step", "段階契約は各段階の額で計上"),
    "average": Text("ramp deals count with the average of their first term", "段階契約は初回契約期間の平均額で計上"),
}
SHARING = {
    "mrr": Text("acquisition costs told for nobody are shared by new customers' first MRR",
                "対象を指定しない獲得費用は、新規顧客の初回MRRで按分"),
    "accounts": Text("acquisition costs told for nobody are shared to new customers alike",
                     "対象を指定しない獲得費用は、新規顧客に均等に配分"),
}  # fmt: skip
LOGOS = {
    "account": Text("every account counts for itself", "顧客は1社ずつ数える"),
    "parent": Text("groups of companies count as one customer in logo figures and ARPA",
                   "社数の指標と顧客単価は、親会社ごとに1社として数える"),
}  # fmt: skip
CURRENCY = {
    "constant": Text("constant exchange rates", "為替は固定レート"),
    "month_end": Text("month-end exchange rates, with their own line", "為替は月末レート（為替差を別建て）"),
}


def policy(of: Policy) -> Text:
    """The choices of a profile in one sentence."""
    gap, dunning = of.gap_merge_days, of.dunning_days
    margin, discount = round(of.gross_margin * 100), round(of.yearly_discount * 100, 1)
    clauses = [
        RECOGNITION[of.churn_recognition],
        Text(f"a lapse of up to {gap} days is no churn", f"{gap}日以内の中断は継続とみなす"),
        Text(f"payment overdue for more than {dunning} days is churn", f"支払いの遅れが{dunning}日を超えたら解約")
        if of.dunning == "invoices"
        else DUNNING["off"],
        COUPONS[of.coupons],
        USAGE[of.usage],
        *([] if of.ramp == "step" else [RAMP[of.ramp]]),
        LOGOS[of.logos],
        CURRENCY[of.currency],
        Text(f"days of {of.zone}", f"日付は{of.zone}"),
        Text(f"gross margin {margin}%, discount rate {discount:g}% a year (assumed)",
             f"粗利率{margin}%、割引率 年{discount:g}%（仮定）"),
        *_acquisition(of),
    ]  # fmt: skip
    told = "; ".join(clause.en for clause in clauses)
    return Text(f"{told[0].upper()}{told[1:]}.", "。".join(clause.ja for clause in clauses) + "。")


def _acquisition(of: Policy) -> list[Text]:
    """How what was spent on winning customers stands against them, where that is not simply the same months'."""
    months, told = of.sales_cycle_months, []
    if months:
        told.append(Text(f"CAC divides what was spent {months} months earlier (sales cycle)",
                         f"CACは{months}か月前（営業期間分）の費用で計算"))  # fmt: skip
    return [*told, SHARING[of.cost_sharing]]


def figure(kpi: Kpi, value: float | None, currency: str, language: str) -> str:
    """A KPI's value as it reads; plain "Not enough data" where there is none."""
    if value is None:
        return format.missing(language)
    if kpi.unit == "share":
        return format.percent(value, language, 2 if abs(value) < 0.1 else 1)
    if kpi.unit == "money":
        return format.money(Money(round(value), currency), language)
    if kpi.unit == "months":
        return Text("{n} months", "{n}か月").fill(n=format.number(value, language, 1)).in_(language)
    if kpi.unit == "days":
        return Text("{n} days", "{n}日").fill(n=format.number(value, language, 1)).in_(language)
    if kpi.unit == "points":
        return format.signed(value, language, 0)
    return format.number(value, language, 0 if kpi.unit == "count" else 2)


def in_file(value: float | None, unit: str, currency: str) -> float | None:
    """A figure as a file for people holds it: money in the currency's own units and not in its minor ones.

    >>> in_file(12_345, "money", "USD"), in_file(12_345, "money", "JPY"), in_file(0.5, "share", "USD")
    (123.45, 12345, 0.5)
    """
    digits = minor_digits(currency) if unit == "money" else 0
    return value if value is None or not digits else value / 10**digits


def reach(kpi: Kpi, of: Figure, currency: str, language: str) -> str:
    """ "0.3% to 9.3%", empty where there is no interval."""
    if of.interval is None:
        return ""
    low, high = (figure(kpi, end, currency, language) for end in of.interval)
    return Text("{low} to {high}", "{low}〜{high}").fill(low=low, high=high).in_(language)


def parsed_day(text: str | None) -> date | None:
    """A day from an address; None where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
