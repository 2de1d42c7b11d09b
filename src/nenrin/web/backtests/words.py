"""What the parts of a card are called and mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.insight.backtests.reading import Staleness
from nenrin.values import Text

RULES: Mapping[str, Text] = {
    "health": Text("Health score", "ヘルススコア"),
    "without_manual": Text("Without manual entries", "手入力の指標なし"),
    "average": Text("Plain average", "単純平均"),
    "worst_of": Text("Worst measure only", "最も悪い指標"),
    "last_login": Text("Days since activity", "最終利用からの日数"),
    "pulse_only": Text("CSM pulse only", "CSM所感のみ"),
    "base_rate": Text("Base rate of the tier", "規模別の解約率"),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is told apart: who it `happened` to beside who not, how its probability and its day are called."""

    pairs: Text
    probability: Text
    happened: Text
    before: Text


LEAVING = Spoken(
    Text("Left / stayed", "解約・更新"),
    Text("probability of leaving in 90 days", "予測した解約確率（90日）"),
    Text("Left", "解約"),
    Text("days before the notice", "解約通知の何日前か"),
)
HAPPENING = Spoken(
    Text("Happened / not", "発生・なし"),
    Text("probability within 90 days", "予測した確率（90日）"),
    Text("Happened", "発生"),
    Text("days before it happened", "発生の何日前か"),
)
KINDS: Mapping[str, Text] = {
    "touch": Text("Touch model", "タッチモデル"),
    "segment": Text("Segment", "セグメント"),
}
MEANINGS: Mapping[str, Text] = {
    "health": Text(
        "The score of the health models in use now, replayed over the same days.",
        "現在使用中のヘルスモデルを同じ日に当てはめたスコア。",
    ),
    "without_manual": Text(
        "The same model without the measures that our own people enter, and without overrides.",
        "当社が手で入力する指標と手動変更を除いた同じモデル。",
    ),
    "average": Text("The mean of the points that are there, all alike.", "値のある指標の点の単純な平均。"),
    "worst_of": Text(
        "Good if every measure is good, poor if any is poor, else in between.",
        "すべて良ければ良、1つでも悪ければ悪、それ以外は中間とする判定。",
    ),
    "last_login": Text("How long nobody there has used the product.", "最後に利用されてからの日数だけで並べたもの。"),
    "pulse_only": Text("What the owner felt, and nothing else.", "担当CSMの所感だけで並べたもの。"),
    "base_rate": Text(
        "The churn of the account's tier, as it was known on the day.",
        "その日までに分かっていた規模ごとの解約率だけで並べたもの。",
    ),
}
STALE: Mapping[Staleness, Text] = {
    Staleness.CHANGED: Text(
        "The draft was changed after this backtest. Run it again.",
        "この検証の後に案が変更されています。もう一度実行してください。",
    ),
    Staleness.OLD: Text(
        "More than a month of outcomes has come since. Run it again.",
        "この検証の後、1か月以上の結果が加わっています。もう一度実行してください。",
    ),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A dotted term of the page."""

    key: str
    name: Text
    meaning: Text


TERMS: Mapping[str, Term] = {
    term.key: term
    for term in (
        Term(
            "auc",
            Text("AUC", "AUC"),
            Text(
                "The chance that an account that left had the lower score than one that stayed: 0.5 is chance, 1 perfect."
                " Among accounts whose notice deadline lay within the days. Intervals know that months of one account"
                " are alike (Obuchowski 1997).",
                "解約した顧客のスコアが、更新した顧客より低かった確率。0.5は偶然、1は完全。期間内に更新拒絶期限日がある顧客が対象。"
                "区間は同じ顧客の月どうしが似ていることを考慮（Obuchowski 1997）。",
            ),
        ),
        Term(
            "recall",
            Text("Found", "見つけた割合"),
            Text(
                "Of the accounts that left within 90 days, the share that was among those looked at.",
                "90日以内に解約した顧客のうち、対応枠に入っていた割合。",
            ),
        ),
        Term(
            "precision",
            Text("Right", "的中した割合"),
            Text(
                "Of the accounts looked at, the share that left within 90 days.",
                "対応枠の顧客のうち、90日以内に解約した割合。",
            ),
        ),
        Term(
            "lift",
            Text("Lift", "リフト"),
            Text(
                "How many times more of those looked at left than of all.", "対応枠の解約率が、全体の解約率の何倍か。"
            ),
        ),
        Term(
            "kept_by_colour",
            Text("Renewed", "更新率"),
            Text(
                "Of the chances to leave within 90 days, the share that was not taken. 95% interval by Wilson.",
                "90日以内に解約できた機会のうち、更新された割合。95%区間はウィルソン法。",
            ),
        ),
        Term(
            "flips",
            Text("Colour changes a year", "色の変化（年）"),
            Text(
                "Changes from one colour to another per account and year. One or less is calm.",
                "1社あたり1年間に色が変わった回数。1回以下が目安。",
            ),
        ),
        Term(
            "weekly_change",
            Text("Points a week", "1週間の動き（点）"),
            Text("How far the score moves in a week, at the median.", "スコアが1週間に動く幅の中央値。"),
        ),
        Term(
            "manual_share",
            Text("Entered by hand", "手入力の割合"),
            Text(
                "The share of the 100 points that measures entered by our own people can give. 30% or less is hard to"
                " talk up.",
                "100点のうち、当社が手で入力する指標が占める割合。30%以下が目安。",
            ),
        ),
        Term(
            "lead_time",
            Text("Lead time", "先行日数"),
            Text(
                "Days from the beginning of the alarm that stood until the notice, at the median; 0 where none did. A lapse"
                " of more than 14 days ends an alarm. Every rule may raise one in a tenth of the weeks of those who stay.",
                "解約通知まで続いた警告が始まってからの日数の中央値。警告がなければ0。14日を超えて途切れた警告は数えない。どの方法も、解約しない顧客の週の1割までは警告してよい条件で比較。",
            ),
        ),
        Term(
            "learned_weight",
            Text("Learned", "学習した重み"),
            Text(
                "The shares that tell best who leaves within 90 days, none negative, held near the expert's by as much as"
                " unseen accounts ask for. Intervals by drawing accounts anew.",
                "90日以内の解約を最もよく見分ける配分。負にはせず、学習に使わない顧客での成績が最も良くなる強さで今の重みに近づける。"
                "区間は顧客を引き直して計算。",
            ),
        ),
        Term(
            "drift",
            Text("Drift", "ずれ"),
            Text(
                "The odds of the first half of the days are held against each later four weeks. The differences are added"
                " up in standard deviations, less a half each time; a sum above 4 is no chance any more (CUSUM).",
                "前半の期間で求めた確率を、その後の4週間ごとの実績と比べる。差（標準偏差単位）から毎回0.5を引いて積み上げ、"
                "4を超えたら偶然ではないとみなす（累積和管理図）。",
            ),
        ),
        Term(
            "replayed",
            Text("Replayed", "再現"),
            Text(
                "Every past day is computed anew with what was known at its end and nothing later, as if this version had"
                " been live then.",
                "過去の各日を、その日の終わりまでに分かっていた情報だけで計算し直すこと。この版が当時から使われていた場合と同じ結果になる。",
            ),
        ),
        Term(
            "psi",
            Text("Moved", "分布の変化"),
            Text(
                "Population stability index of a measure's points: the newest 91 days against those before. Below .1 as"
                " before, above .25 moved far.",
                "指標の点の分布を、直近91日とそれ以前で比べたPSI。0.1未満は変化なし、0.25超は大きな変化。",
            ),
        ),
        Term(
            "skill",
            Text("Skill", "改善率"),
            Text(
                "The share of the base rate's squared error (Brier) that the probabilities save.",
                "平均の解約率だけを使った場合に比べ、予測の二乗誤差（ブライアスコア）を減らした割合。",
            ),
        ),
    )
}


def enough(wanting: int) -> Text:
    """How much is missing."""
    return Text(f"not enough data: {wanting} more", f"データ不足（あと{wanting}社）")


def horizon(days: int) -> Text:
    return Text(f"{days} days", f"{days}日先")
