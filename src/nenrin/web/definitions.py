"""What the words on the pages mean: one sentence each, behind every dotted term.

Measures bring their own definitions; here stand the terms that are no measure.
"""

from __future__ import annotations

from nenrin.analytics import kpis
from nenrin.values import Text
from nenrin.web.terms import Definition, data, deeds, effects, money, risk, scores, start


def find(key: str) -> Definition | None:
    """A term of the pages, or a measure by its key."""
    measure = kpis.MEASURES.get(key)
    return TERMS.get(key) or (Definition(measure.name, measure.description) if measure else None)


TERMS: dict[str, Definition] = {
    **data.TERMS,
    **deeds.TERMS,
    **effects.TERMS,
    **money.TERMS,
    **risk.TERMS,
    **scores.TERMS,
    **start.TERMS,
    "accounts": Definition(
        Text("Accounts", "顧客"),
        Text(
            "Customers with a running subscription that you may see; lost, merged and test accounts are left out.",
            "契約中で、あなたが見られる顧客の数。解約・統合済み・テストは含めない。",
        ),
    ),
    "arr": Definition(
        Text("ARR", "ARR"),
        Text(
            "Recurring revenue of the running subscriptions, as a year's worth: MRR times twelve, without tax.",
            "契約中の定期売上を年額に直した合計（MRRの12倍）。税抜。",
        ),
    ),
    "mrr": Definition(
        Text("MRR", "MRR"),
        Text(
            "Recurring revenue of the running subscriptions for one month, without tax.",
            "契約中の定期売上の1か月分。税抜。",
        ),
    ),
    "at_risk_arr": Definition(
        Text("At-risk ARR", "解約リスクARR"),
        Text("ARR of the accounts whose health is at risk.", "ヘルスが「危険」の顧客のARRの合計。"),
    ),
    "at_risk": Definition(
        Text("Accounts at risk", "危険な顧客"),
        Text(
            "Health at risk by the account's model; the measures named cost it most.",
            "ヘルスが「危険」の顧客。挙げた指標が点を最も下げている。",
        ),
    ),
    "score": Definition(
        Text("Health score", "ヘルススコア"),
        Text(
            "0 to 100 by the account's health model: weighted points of its measures, smoothed from day to day.",
            "顧客に当てはまるヘルスモデルで計算した0〜100点。指標の点の加重平均を日々ならした値。",
        ),
    ),
    "today": Definition(
        Text("Today", "本日の値"),
        Text(
            "The score that today's values alone would give, before smoothing.",
            "今日の値だけで計算した点。ならす前。",
        ),
    ),
    "coverage": Definition(
        Text("Coverage", "データ充足率"),
        Text(
            "Share of the model's weight that has a recent value. Below half the health is unknown.",
            "モデルの重みのうち新しい値がある割合。半分未満は「データ不足」。",
        ),
    ),
    "delta_30": Definition(
        Text("30 days", "30日"),
        Text("Change of the score against 30 days before.", "30日前のスコアとの差。"),
    ),
    "trend": Definition(
        Text("12 weeks", "12週の推移"),
        Text(
            "The score of the last twelve weeks; dotted lines are the edges of the bands.",
            "直近12週のスコア。点線は帯の境。",
        ),
    ),
    "notice_deadline": Definition(
        Text("Notice deadline", "更新拒絶期限日"),
        Text(
            "Last day on which either side can refuse the renewal; after it the subscription renews by itself.",
            "更新を断る通知ができる最後の日。過ぎると自動更新。",
        ),
    ),
    "renewal": Definition(
        Text("Renewal", "更新日"),
        Text("The day on which the running term ends and the next begins.", "今の契約期間が終わり次が始まる日。"),
    ),
    "health_by_arr": Definition(
        Text("Health by ARR", "ARRで見たヘルス"),
        Text(
            "Each account weighs as much as its ARR, so a large account at risk is not lost among small ones.",
            "顧客をARRの大きさで重みづけした内訳。大口の危険が小口に埋もれない。",
        ),
    ),
    "freshness": Definition(
        Text("Freshness", "鮮度"),
        Text("Time since the source last sent anything.", "接続元から最後に届いてからの時間。"),
    ),
    "ltv_new": Definition(
        Text("LTV of a new customer", "新規顧客のLTV"),
        Text(
            "Discounted gross profit that a customer about to sign is expected to bring, the first payment included, at"
            " the mean MRR of the part. The cost of winning it is not deducted.",
            "これから契約する顧客から得られる見込みの粗利（割引後・初回の支払いを含む）。MRRは区分の平均。獲得費用は引いていない。",
        ),
    ),
    "ltv_customer": Definition(
        Text("Still to come per customer", "今後の価値（1顧客）"),
        Text(
            "Discounted gross profit still expected after the payment just made, given the renewals already passed.",
            "直近の支払いより後に得られる見込みの粗利（割引後）。これまでの更新回数をふまえた値。",
        ),
    ),
    "ltv_book": Definition(
        Text("Still to come, all", "今後の価値（合計）"),
        Text(
            "The same added up over today's customers of the part, each with its own MRR and renewals.",
            "区分の現在の顧客についての合計。顧客ごとのMRRと更新回数で計算。",
        ),
    ),
    "derl": Definition(
        Text("Payments still to come", "今後の支払回数"),
        Text(
            "Expected number of further payments, discounted, for a customer who has just paid its last renewal (DERL,"
            " after the renewal). One payment is one term.",
            "直近の更新を済ませた顧客の、今後の支払回数の期待値（割引後のDERL）。1回は1契約期間分。",
        ),
    ),
    "occasion": Definition(
        Text("Renewal", "更新回"),
        Text(
            "An occasion at which leaving was possible: the end of a term. Monthly contracts have twelve a year.",
            "解約できる機会（契約期間の終わり）。月契約では年12回。",
        ),
    ),
    "at_risk_count": Definition(
        Text("Could leave", "対象数"),
        Text(
            "Customers that stood before this occasion and are observed through it: the base of every share.",
            "この更新回の直前に契約があり、結果が分かっている顧客数。割合の分母。",
        ),
    ),
    "kaplan_meier": Definition(
        Text("left as counted", "継続割合（実績）"),
        Text(
            "Kaplan-Meier: share left, counting each customer as long as it was observed; interval by Greenwood.",
            "カプラン・マイヤー法による継続割合。観察できた期間だけ数える。範囲はグリーンウッドの方法。",
        ),
    ),
    "borrowed_model": Definition(
        Text("model of all, moved by its own customers", "全体のモデルを補正"),
        Text(
            "Too few customers or losses for a model of its own: the model of all groups with this length of term, "
            "its churn moved by as much as this group's own customers can carry (partial pooling, empirical Bayes).",
            "独自のモデルには顧客数か解約数が足りない。同じ契約期間の全体のモデルを使い、解約率をこのグループの実績の分だけ"
            "動かす（部分プーリング、経験ベイズ）。",
        ),
    ),
    "ltv_level": Definition(
        Text("Level", "計算の段階"),
        Text(
            "Ways to compute the same value, from margin over churn to each customer's own: figures of different "
            "levels cannot be compared.",
            "同じ価値の計算方法。「粗利÷解約率」から顧客ごとの計算まで。段階の違う値は比べられない。",
        ),
    ),
    "arpa": Definition(
        Text("ARPA", "顧客単価"),
        Text("MRR of one account on average: MRR over accounts that pay.", "1顧客あたりのMRR（MRR÷課金中の顧客数）。"),
    ),
    "revenue_churn_own": Definition(
        Text("Revenue churn a month", "月次解約率（金額）"),
        Text(
            "MRR of the accounts of a year ago that left since, over the months for which those accounts still paid. Not the "
            "churn of LTV: that is of the number of accounts, the year's told as a month's.",
            "1年前の顧客のうち、その後に解約した顧客のMRR÷それらの顧客が支払った月数分のMRR。LTVの計算に使う月次解約率"
            "（年間の社数解約率の月換算）とは別の指標。",
        ),
    ),
    "new_mrr_own": Definition(
        Text("New MRR a month", "毎月の新規MRR"),
        Text(
            "MRR of the accounts that signed in the last twelve months, over twelve.",
            "直近12か月に契約した顧客のMRR÷12。",
        ),
    ),
    "cac_own": Definition(
        Text("CAC", "CAC（顧客獲得費用）"),
        Text(
            "Acquisition, marketing and sales costs of twelve months for each customer won in the last twelve.",
            "獲得・マーケティング・営業費用（12か月分）÷直近12か月の新規顧客数。",
        ),
    ),
    "csm_break_even": Definition(
        Text("how many CSMs that pays for", "賄えるCSMの人数"),
        Text(
            "Gross profit gained in one year over the cost of one CSM for a year: the break-even headcount.",
            "1年間の粗利の増加÷CSM1人の年間費用。この人数までなら元が取れる（損益分岐の人数）。",
        ),
    ),
    "tornado": Definition(
        Text("What moves the result", "結果を動かす前提"),
        Text(
            "Each input a fifth lower and a fifth higher, the others as they are; the widest bar first.",
            "前提を1つずつ20%下げた場合と上げた場合の結果。ほかの前提はそのまま。影響の大きい順。",
        ),
    ),
    "log_rank": Definition(
        Text("Log-rank test", "ログランク検定"),
        Text(
            "How often chance alone would part equal groups as far as these: below 0.05 the groups leave at "
            "different rates.",
            "差のないグループが偶然これほど違って見える確率。0.05未満なら、解約のペースに差がある。",
        ),
    ),
    "hazard_ratio": Definition(
        Text("Times as fast", "起こりやすさ（倍）"),
        Text(
            "Hazard ratio: by how much the rate of leaving is multiplied, at every age, the other traits being equal. "
            "1 makes no difference.",
            "ハザード比。ほかの条件が同じとき、どの時点でも解約の起こりやすさが何倍になるか。1なら差はない。",
        ),
    ),
    "time_ratio": Definition(
        Text("Times as long", "期間（倍）"),
        Text(
            "Time ratio (Weibull, accelerated failure time): by how much the time until leaving is multiplied, the other traits being "
            "equal. Below 1 customers leave sooner.",
            "時間比（ワイブル加速故障時間モデル）。ほかの条件が同じとき、解約までの期間が何倍になるか。1未満なら早く解約する。",
        ),
    ),
    "changes_with_time": Definition(
        Text("changes with time", "時期によって変わる"),
        Text(
            "The factor is not the same at every age (test of Grambsch and Therneau): read the curves instead.",
            "倍率が契約の時期によって変わる（比例ハザード性の検定）。曲線のほうを見ること。",
        ),
    ),
    "lifetime_model": Definition(
        Text("Model", "モデル"),
        Text(
            "Three ways of leaving, fitted by maximum likelihood; parameters with their standard errors.",
            "解約の起こり方の3つのモデル。最尤法で推定し、標準誤差を添える。",
        ),
    ),
    "bic": Definition(
        Text("BIC", "BIC"),
        Text(
            "Fit against number of parameters: the smallest wins. A difference below 2 decides little.",
            "当てはまりとパラメータ数の釣り合い。最小のモデルを選ぶ。差が2未満なら優劣は小さい。",
        ),
    ),
}
