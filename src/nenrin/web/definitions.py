"""What the words on the pages mean: one sentence each, behind every dotted term.

Measures bring their own definitions; here stand the terms that are no measure.
"""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.analytics import kpis
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Definition:
    name: Text
    meaning: Text


def find(key: str) -> Definition | None:
    """A term of the pages, or a measure by its key."""
    measure = kpis.MEASURES.get(key)
    return TERMS.get(key) or (Definition(measure.name, measure.description) if measure else None)


TERMS: dict[str, Definition] = {
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
}
