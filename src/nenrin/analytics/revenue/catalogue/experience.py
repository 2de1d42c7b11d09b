"""What customers say and ask. What waits for its facts says for which."""

import numpy as np

from nenrin.analytics.revenue.catalogue import bands
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.kpis import Floats, Kpi, Totals, Unit, divided
from nenrin.values import Text

FEW_ANSWERS = 10
_SILENT = Text("too few answers came in the period", "期間中の回答が少ない")
_UNASKED = Text("too few surveys with a day of sending", "送信日の記録があるアンケートが少ない")
_NO_TICKETS = Text("no or too few tickets are recorded", "問い合わせの記録がない、または少ない")


def _nps(sums: Totals, facts: Facts) -> Floats:
    return 100 * divided(sums["promoters"] - sums["detractors"], sums["nps_answers"])


def _people(sums: Totals, facts: Facts) -> Floats:
    """Of how many the answers are: those who were asked, at least one of every customer. Not known where more answered."""
    asked, answers = sums["nps_asked"], sums["nps_answers"]
    return np.where(asked >= answers, np.maximum(asked, sums["accounts_end"]), np.nan)


def _customers(sums: Totals, facts: Facts) -> Floats:
    return np.where(sums["accounts_end"] >= sums["accounts_counted"], sums["accounts_end"], np.nan)


def _heard(sums: Totals, facts: Facts) -> Floats:
    """Where nobody answered at all, nobody may have been asked: that is unknown, not zero."""
    heard = sums["accounts_heard_active"]
    return np.where(heard > 0, divided(heard, sums["accounts_begin"]), np.nan)


def _tickets(sums: Totals, facts: Facts) -> Floats:
    """Where nobody ever told of a ticket, none may have been recorded: that is unknown, not zero."""
    return np.where(sums["tickets_told"] > 0, divided(sums["tickets_opened"], sums["accounts_begin"]), np.nan)


def _none(sums: Totals, facts: Facts) -> Floats:
    return np.full(np.shape(sums["accounts_any"]), np.nan)


def _waiting(
    key: str, name: Text, meaning: Text, formula: str, missing: Text, group: str = "experience", unit: Unit = "share"
) -> Kpi:
    """Declared, so that nobody takes its absence for a zero: nothing tells its facts yet."""
    why = Text(f"waits for its facts: {missing.en}", f"元データなし：{missing.ja}")
    return Kpi(
        key, name, meaning, formula, unit, "higher", group, _none, "accounts_any", 1, why, waits=True, flows=True
    )


ALL = (
    Kpi(
        "nps", Text("NPS", "NPS"),
        Text(
            "Share of promoters (9-10) less share of detractors (0-6) among the answers of the period. A respondent counts "
            "once in 90 days, with the first answer; an answer of nobody in particular counts always.",
            "期間中の回答のうち、推奨者（9〜10点）の割合から批判者（0〜6点）の割合を引いた値。同じ回答者は90日に1回、最初の回答だけを"
            "数える。回答者のわからない回答はすべて数える。",
        ),
        "100 * (promoters - detractors) / nps_answers", "points", "higher", "experience", _nps,
        "nps_answers", FEW_ANSWERS, _SILENT, "nps", "promoters", "nps_answers", bands=bands.NPS, flows=True,
        beside="nps_response_rate", whole=_people,
    ),
    Kpi(
        "nps_response_rate", Text("NPS response rate", "NPS回答率"),
        Text(
            "NPS surveys sent in the period that have been answered by now, of all sent in it. Answers without a day of "
            "sending count on neither side.",
            "期間中に送ったNPSアンケートのうち、これまでに回答のあった割合。送信日の記録がない回答は分子にも分母にも含めない。",
        ),
        "nps_responded / nps_asked", "share", "higher", "experience",
        lambda sums, facts: divided(sums["nps_responded"], sums["nps_asked"]),
        "nps_asked", FEW_ANSWERS, _UNASKED, "wilson", "nps_responded", "nps_asked", flows=True, beside="nps",
    ),
    Kpi(
        "nps_accounts", Text("NPS, each account once", "NPS（1社1票）"),
        Text(
            "The mean of the accounts' own NPS: an account with many answers weighs no more than one with a single one.",
            "顧客ごとのNPSの平均。回答の多い顧客も1社1票で数える。",
        ),
        "nps_of_accounts / 10 / accounts_counted", "points", "higher", "experience",
        lambda sums, facts: divided(sums["nps_of_accounts"], sums["accounts_counted"]) / 10,
        "accounts_counted", FEW_ANSWERS, _SILENT, "bootstrap", "nps_of_accounts", "accounts_counted", flows=True,
        scale=0.1, whole=_customers,
    ),
    Kpi(
        "nps_mrr", Text("NPS, weighted by MRR", "NPS（MRR加重）"),
        Text(
            "The mean of the accounts' own NPS, each weighing as much as the MRR it pays at the end of the period: how those "
            "speak from whom the revenue comes.",
            "顧客ごとのNPSを、期末のMRRで重みづけした平均。売上を支える顧客の声を表す。",
        ),
        "nps_of_mrr / 10 / heard_mrr", "points", "higher", "experience",
        lambda sums, facts: divided(sums["nps_of_mrr"], sums["heard_mrr"]) / 10,
        "accounts_counted", FEW_ANSWERS, _SILENT, "bootstrap", "nps_of_mrr", "heard_mrr", flows=True,
        scale=0.1, whole=_customers,
    ),
    Kpi(
        "accounts_heard", Text("Accounts that answered", "NPSに回答した顧客の割合"),
        Text(
            "Accounts with an NPS answer in the period, of those active at the start: who is silent is a sign too.",
            "期首に契約中の顧客のうち、期間中にNPSへ回答した割合。無回答も兆候として見る。",
        ),
        "accounts_heard_active / accounts_begin", "share", "higher", "experience",
        _heard,
        "accounts_begin", 30, _SILENT, "wilson",
        "accounts_heard_active", "accounts_begin", flows=True,
    ),
    Kpi(
        "csat", Text("CSAT", "CSAT（満足度）"),
        Text("Share of answers of 4 or 5 out of 5.", "5段階評価のうち4または5の回答の割合。"),
        "csat_good / csat_answers", "share", "higher", "experience",
        lambda sums, facts: divided(sums["csat_good"], sums["csat_answers"]),
        "csat_answers", FEW_ANSWERS, _SILENT, "wilson", "csat_good", "csat_answers", flows=True,
    ),
    Kpi(
        "ces", Text("CES", "CES（顧客努力指標）"),
        Text("Mean of the answers from 1 (hard) to 7 (easy).", "1（大変）〜7（簡単）の回答の平均。"),
        "ces_sum / ces_answers", "score", "higher", "experience",
        lambda sums, facts: divided(sums["ces_sum"], sums["ces_answers"]),
        "ces_answers", FEW_ANSWERS, _SILENT, "bootstrap", "ces_sum", "ces_answers", flows=True,
    ),
    Kpi(
        "tickets_per_account", Text("Tickets per account", "1社あたり問い合わせ件数"),
        Text(
            "Tickets opened in the period for each account active at its start. Many are no fault by themselves: who asks is "
            "using the product.",
            "期間中の問い合わせ件数を、期首に契約中の顧客数で割った値。問い合わせが多いこと自体は、使われている証でもある。",
        ),
        "tickets_opened / accounts_begin", "ratio", "neutral", "experience", _tickets, "accounts_begin", 1, _NO_TICKETS,
        "bootstrap", "tickets_opened", "accounts_begin", flows=True,
    ),
    Kpi(
        "days_to_resolution", Text("Days to resolution", "解決までの日数"),
        Text(
            "Mean days from opening to resolution of the tickets resolved in the period.",
            "期間中に解決した問い合わせの、受付から解決までの平均日数。",
        ),
        "tickets_days / tickets_resolved", "days", "lower", "experience",
        lambda sums, facts: divided(sums["tickets_days"], sums["tickets_resolved"]),
        "tickets_resolved", FEW_ANSWERS, _NO_TICKETS, "bootstrap", "tickets_days", "tickets_resolved", flows=True,
    ),
    _waiting(
        "engagement_rate", Text("Engagement rate", "エンゲージメント率"),
        Text("Unique clicks of the mails delivered.", "届いたメールのうち、クリックされた割合（重複を除く）。"),
        "unique_clicks / delivered",
        Text("campaigns sent, delivered and clicked", "配信・到達・クリックの記録"), "marketing",
    ),
    _waiting(
        "community_participation", Text("Community participation", "コミュニティ参加率"),
        Text("Active accounts with at least one active community member.",
             "契約中の顧客のうち、コミュニティで活動する人がいる割合。"),
        "accounts_in_community / accounts_end", Text("community posts and members", "コミュニティの投稿と参加者"), "marketing",
    ),
    _waiting(
        "marketing_revenue", Text("Revenue through customer marketing", "カスタマーマーケティング経由の売上"),
        Text("Expansion that a campaign caused, told by comparison with accounts that had none.",
             "キャンペーンが生んだ拡大。未実施グループとの比較で測る。"),
        "incremental_expansion", Text("campaigns with a holdout", "未実施グループのあるキャンペーン"), "marketing", "money",
    ),
    _waiting(
        "case_studies", Text("Case studies published", "公開した導入事例"),
        Text("Cases published in the period, not merely agreed.", "期間中に公開した導入事例（合意のみは含まない）。"),
        "cases_published", Text("cases and their publication", "導入事例と公開日"), "marketing", "count",
    ),
)  # fmt: skip
