"""Terms of the pages of risk."""

from __future__ import annotations

from nenrin.values import Text
from nenrin.web.terms import Definition

TERMS: dict[str, Definition] = {
    "risk_probability": Definition(
        Text("How the probability is meant", "確率の意味"),
        Text(
            "Of a hundred accounts at 10 %, ten decide to leave within the time stated. Learned from months past, "
            "as they were known then.",
            "10%の顧客が100社あれば、期間内に10社が解約を決める。過去の各月を、その時点で分かっていた情報だけで学習。",
        ),
    ),
    "risk_rank": Definition(
        Text("Rank", "順位"),
        Text("By probability within 90 days, the highest first.", "90日以内の確率が高い順。"),
    ),
    "risk_year": Definition(
        Text("Within a year", "1年以内"),
        Text(
            "The same over twelve months; renewals on the way are counted.",
            "12か月以内に起こる確率。途中の更新も含む。",
        ),
    ),
    "risk_reasons": Definition(
        Text("What raises it", "上げている要因"),
        Text(
            "The measures that raise this account's figure most against an average account, with their values.",
            "平均的な顧客と比べて、この顧客の値を最も上げている指標とその値。",
        ),
    ),
    "risk_expected": Definition(
        Text("Expected", "予測"),
        Text(
            "Probability times MRR, added up. Four of five outcomes fall into the 80 % interval: chance and the doubt "
            "about the model are in it.",
            "確率×MRRの合計。80%区間には5回に4回の実績が入る見込み（偶然とモデルの不確かさを含む）。",
        ),
    ),
    "risk_basis": Definition(
        Text("Basis", "区分"),
        Text(
            "As said: what was shown then. Replayed: what a model that knew only the earlier months would have said.",
            "当時の予測は実際に表示した値。再現した予測は、その月より前だけを学習したモデルならどう答えたか。",
        ),
    ),
    "risk_drift": Definition(
        Text("How drift is watched", "ずれの見方"),
        Text(
            "Each month that ended adds how far the events lay from those told, in standard deviations, less a half. "
            "A sum above 4 is no chance any more (CUSUM).",
            "終わった月ごとに、発生数と予測の差（標準偏差単位）から0.5を引いて積み上げ、4を超えたら偶然ではないとみなす（累積和管理図）。",
        ),
    ),
    "risk_gap": Definition(
        Text("Time kept free for acting", "対応のために空けた期間"),
        Text(
            "What the model is judged on begins so long after the last month that it learned from: time that acting on a "
            "warning takes.",
            "検証に使う月は、学習した最後の月からこの日数をおいて始める。警告を受けて対応するのに必要な期間。",
        ),
    ),
    "risk_psi": Definition(
        Text("How a measure's move is counted", "指標の変化の測り方"),
        Text(
            "Population stability index of the newest three months against those before: below .1 as before, above .25 "
            "moved far. Missing values count as a place of their own.",
            "直近3か月とそれ以前の分布を比べるPSI。0.1未満は変化なし、0.25超は大きな変化。値がないことも一つの区分として数える。",
        ),
    ),
    "risk_month": Definition(
        Text("Said for the month", "その月の予測"),
        Text("Probability within the month, as a range of 90 %.", "その月に起こる確率（90%の範囲）。"),
    ),
    "risk_step": Definition(
        Text("Step of the ladder", "モデルの段階"),
        Text(
            "The simplest model that nothing above it beats on later months by more than its own uncertainty.",
            "後の月での成績が、誤差を超えて上回る複雑なモデルがない限り、最も単純なものを使う。",
        ),
    ),
    "risk_events": Definition(
        Text("Events", "発生数"),
        Text("How often it happened in the months learned from.", "学習した期間に実際に起きた回数。"),
    ),
    "risk_rows": Definition(
        Text("Rows", "行数"),
        Text(
            "One for each customer and month, with what was known at its begin.",
            "顧客×月ごとに1行。月初に分かっていた情報だけを持つ。",
        ),
    ),
    "risk_months": Definition(
        Text("Months", "対象期間"),
        Text(
            "Begin of the first and end of the last month learned from.", "学習した最初の月の始まりと最後の月の終わり。"
        ),
    ),
    "risk_gain": Definition(
        Text("Gain", "改善"),
        Text(
            "Share of the log loss of the tier's base rate that the step saves, with its standard error.",
            "企業規模ごとの基準率だけの場合と比べて減った対数損失の割合と標準誤差。",
        ),
    ),
    "risk_auc": Definition(
        Text("AUC", "AUC"),
        Text(
            "Chance that one who left had the higher probability than one who stayed; .5 is a coin.",
            "解約した顧客の確率が、継続した顧客より高かった割合。0.5なら偶然と同じ。",
        ),
    ),
    "risk_auc_due": Definition(
        Text("AUC, could leave", "AUC（解約可能な顧客）"),
        Text(
            "The same among accounts whose contract could be left within the horizon.",
            "期間内に解約できた顧客だけで測ったAUC。",
        ),
    ),
    "risk_slope": Definition(
        Text("Calibration slope", "較正の傾き"),
        Text(
            "1: probabilities are the right size; below 1 they are too extreme, above 1 too timid. With its 95 % interval.",
            "1なら確率の大きさが正しい。1未満は極端すぎ、1超は控えめすぎ。かっこ内は95%区間。",
        ),
    ),
    "risk_ece": Definition(
        Text("ECE", "ECE"),
        Text(
            "Mean distance of probability and what came, in ten groups of equal size.",
            "確率と実績の差の平均（同数の10群）。",
        ),
    ),
    "risk_skill": Definition(
        Text("Brier skill", "ブライアスキル"),
        Text(
            "Share of the Brier score of the tier's base rate that is saved.",
            "企業規模ごとの基準率と比べて減ったブライアスコアの割合。",
        ),
    ),
    "risk_lift": Definition(
        Text("Lift of the first tenth", "上位1割のリフト"),
        Text(
            "How many times as often it happened in the tenth with the highest figures.",
            "確率の高い上位1割で、平均の何倍起きたか。",
        ),
    ),
    "risk_loss": Definition(
        Text("Log loss", "対数損失"),
        Text("Price of wrong probabilities; lower is better.", "確率の外れ具合。小さいほど良い。"),
    ),
    "risk_origins": Definition(
        Text("Origins", "検証回数"),
        Text(
            "How many times it was learned anew and tried on the months after.",
            "学習し直して、その後の月で試した回数。",
        ),
    ),
}
