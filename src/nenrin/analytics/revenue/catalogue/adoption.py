"""Whether customers arrive, come back, help themselves and bring others; and who of us and them calls first."""

import numpy as np

from nenrin.analytics.revenue.catalogue import bands
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.kpis import Floats, Kpi, Totals, divided, ratio
from nenrin.values import Text

FEW, FEW_USERS, FEW_ACCOUNTS = 10, 30, 30
_NONE_DUE = Text(
    "no or too few onboarding projects were due", "期間中に期限を迎えたオンボーディングがない、または少ない"
)
_NONE_BEGUN = Text(
    "too few onboarding projects began within a year, or half of them have not reached it yet",
    "直近1年に始まったオンボーディングが少ない、または達成が半数に満たない",
)
_NO_USERS = Text(
    "too few users are known on the last day of the period (they are kept for two years)",
    "期末の利用者が少ない、または記録がない（直近2年分を集計）",
)
_NO_HELP = Text(
    "too few customers use the product, or no ticket was ever recorded",
    "利用中の顧客が少ない、または問い合わせの記録がない",
)
_NO_CONTACT = Text("too few contacts are recorded", "接触の記録が少ない")
_NO_SOURCE = Text("too few new customers with a source", "獲得経路のわかる新規顧客が少ない")


def _median(sums: Totals, facts: Facts) -> Floats:
    found = sums["value_median"].astype(np.float64)
    return np.where(found >= 0, found, np.nan)


def _unaided(sums: Totals, facts: Facts) -> Floats:
    """Where nobody ever told of a ticket, none may have been recorded: that is unknown, not all of them."""
    return np.where(sums["tickets_told"] > 0, divided(sums["accounts_unaided"], sums["accounts_using"]), np.nan)


ALL = (
    Kpi(
        "onboarding_completion", Text("Onboarding completion", "オンボーディング完了率"),
        Text(
            "Onboarding projects whose planned end, as first agreed, fell in the period: those completed by then. Completed is what "
            "the onboarding settings say; by default set up and used unaided. Who left before counts as not completed; what is "
            "paused or was begun by mistake is left out.",
            "当初計画の終了日が期間中にあるオンボーディングのうち、その日までに完了した割合。何をもって完了とするかはオンボーディングの設定に"
            "従う（既定は、設定を終え、支援なしで使われていること）。途中の解約は未完了に含め、一時停止中と誤って開始したものは除く。",
        ),
        "onboarding_done / onboarding_due", "share", "higher", "adoption",
        lambda sums, facts: divided(sums["onboarding_done"], sums["onboarding_due"]),
        "onboarding_due", FEW, _NONE_DUE, "wilson", "onboarding_done", "onboarding_due",
        bands=bands.ONBOARDING, flows=True, beside="time_to_value",
    ),
    Kpi(
        "time_to_value", Text("Time to value (median)", "最初の成功体験までの日数（中央値）"),
        Text(
            "Days from the first day of onboarding within which half of the customers have reached first value (Kaplan and Meier's "
            "estimate), of those who began in the twelve months up to the end. Who has not reached it counts for as long as "
            "it was watched; who left without it never does.",
            "オンボーディング開始から、半数の顧客が最初の成功体験に達するまでの日数（カプラン・マイヤー推定）。期末までの12か月に始めた顧客が対象。"
            "未達の顧客は観察した日数だけ数え、達する前に解約した顧客は「達しない」とみなす。",
        ),
        "median(value_days)", "days", "lower", "adoption", _median, "value_watched", FEW, _NONE_BEGUN,
        "median", "value_reached", "value_days", flows=False, beside="onboarding_completion",
    ),
    Kpi(
        "stickiness", Text("Stickiness (WAU/MAU)", "定着率（WAU/MAU）"),
        Text(
            "Users of the last seven days, of those of the last 28 days, of customers that pay on the last day of the period. Whole "
            "weeks, so that weekends and holidays weigh on both sides alike.",
            "期末に契約中の顧客で、直近28日の利用者のうち直近7日にも利用した人の割合。週単位のため、土日や祝日の影響を受けにくい。",
        ),
        "users_week / users_month", "share", "higher", "adoption",
        lambda sums, facts: divided(sums["users_week"], sums["users_month"]),
        "users_month", FEW_USERS, _NO_USERS, "bootstrap", "users_week", "users_month",
    ),
    Kpi(
        "self_service_rate", Text("Self-service rate", "自己解決率"),
        Text(
            "Customers that pay and use the product (any user within the last 28 days of the period) and opened no ticket in "
            "the period. Who gives up in silence is among them: read it beside stickiness.",
            "期末に契約中で利用のある顧客（直近28日に利用者がいる）のうち、期間中に問い合わせなかった割合。黙ってあきらめた顧客も含まれるため、"
            "定着率と併せて見る。",
        ),
        "accounts_unaided / accounts_using", "share", "higher", "experience", _unaided, "accounts_using", FEW_ACCOUNTS,
        _NO_HELP, "wilson", "accounts_unaided", "accounts_using", flows=True, beside="stickiness",
    ),
    Kpi(
        "proactive_share", Text("Proactive share", "先回りできた接触の割合"),
        Text(
            "Of all contacts of the period (meetings, calls and mails of people either way, tickets, cancellation notices): those that "
            "we began with neither a ticket nor a notice in the 14 days before. Automatic mails and notes are no contacts.",
            "期間中の接触（双方からの打ち合わせ・電話・メール、問い合わせ、解約の申し出）のうち、直前14日に問い合わせも申し出もない状態で"
            "こちらから始めたものの割合。自動配信メールとメモは含めない。",
        ),
        "contacts_ahead / contacts", "share", "higher", "experience",
        lambda sums, facts: divided(sums["contacts_ahead"], sums["contacts"]),
        "contacts", FEW, _NO_CONTACT, "bootstrap", "contacts_ahead", "contacts", flows=True,
    ),
    ratio(
        "referral_rate", Text("Referral rate", "紹介による新規の割合"),
        Text(
            "Customers of the period who came by referral, of all new ones whose source is known, as it is told today.",
            "期間中の新規顧客のうち、紹介で獲得した割合。獲得経路のわかる顧客だけを数え、経路は現在の記録による。",
        ),
        "growth", "accounts_referred", "accounts_sourced", minimum_n=FEW, empty=_NO_SOURCE, count="accounts_sourced",
    ),
)  # fmt: skip
