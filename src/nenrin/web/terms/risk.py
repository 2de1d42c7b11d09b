"""Terms of the pages of risk."""

from __future__ import annotations

from nenrin.values import Text
from nenrin.web.terms import Definition

TERMS: dict[str, Definition] = {
    "risk_probability": Definition(
        Text("How the probability is meant", "確率の意味"),
        Text(
            "Of a hundred accounts at 10 %, ten decide to leave within the time stated. Learned from months past, "
            "as they were known then. The range beside it is of 90 %: it holds what could be told from what is recorded of "
            "the account, doubting what was learned and which kind of model is right.",
            "10%の顧客が100社あれば、期間内に10社が解約を決める。過去の各月を、その時点で分かっていた情報だけで学習。"
            "併記する範囲は90%区間で、記録されている情報から言える本来の確率の幅（学習の誤差とモデルの選び方の不確かさを含む）。",
        ),
    ),
    "risk_first": Definition(
        Text("What comes first", "最初に起こること"),
        Text(
            "The events compete: who has left grows no more. Each share is the probability that this event comes before "
            'the others; together with "unchanged" they make 100 %.',
            "どの事象も、先に別の事象が起これば数えない。各列は、その事象が最初に起こる確率。「変化なし」と合わせて100%になる。",
        ),
    ),
    "risk_first_event": Definition(
        Text("First event", "最初の事象"),
        Text(
            "Probability that this event comes first within the time stated.",
            "期間内にこの事象が最初に起こる確率。",
        ),
    ),
    "risk_unchanged": Definition(
        Text("Unchanged", "変化なし"),
        Text(
            "Probability that none of these events comes within the time stated.",
            "期間内にこれらの事象がどれも起こらない確率。",
        ),
    ),
    "risk_band": Definition(
        Text("Band of the day", "その日の順位帯"),
        Text(
            "By probability among the accounts told on the same day: the highest tenth, the next two, the rest.",
            "同じ日に予測した顧客を確率の高い順に並べた順位帯。上位10%、次の20%、残り70%。",
        ),
    ),
    "risk_band_share": Definition(
        Text("Share of the band", "順位帯の割合"),
        Text(
            "Share of the group's account-days that lay in this band.",
            "そのグループの顧客・日のうち、この順位帯にあった割合。",
        ),
    ),
    "risk_chances": Definition(
        Text("Chances", "機会"),
        Text(
            "Times that it could have happened within 90 days to an account of this band, each counted once.",
            "この順位帯の顧客に90日以内に起こり得た機会の数。同じ機会は1回だけ数える。",
        ),
    ),
    "risk_kept": Definition(
        Text("It did not happen", "起こらなかった割合"),
        Text(
            "Of the chances, the share in which it did not happen within 90 days. 95 % interval by Wilson.",
            "機会のうち、90日以内に起こらなかった割合。95%区間はウィルソン法。",
        ),
    ),
    "risk_found": Definition(
        Text("Found", "見つけた割合"),
        Text(
            "Of the accounts to which it happened within 90 days, the share that was among those looked at.",
            "90日以内に起こった顧客のうち、対応枠に入っていた割合。",
        ),
    ),
    "risk_right": Definition(
        Text("Right", "的中した割合"),
        Text(
            "Of the accounts looked at, the share to which it happened within 90 days.",
            "対応枠の顧客のうち、90日以内に起こった割合。",
        ),
    ),
    "risk_happened": Definition(
        Text("Happened", "発生"),
        Text(
            "Accounts of the group to which it happened within the days tested.",
            "そのグループで、検証期間に起こった顧客の数。",
        ),
    ),
    "risk_backtest_auc": Definition(
        Text("AUC", "AUC"),
        Text(
            "The chance that an account to which it happened within 90 days had the higher probability than one to which it did not: 0.5 is chance, 1 perfect. Among accounts that could.",
            "90日以内に起こった顧客の確率が、起こらなかった顧客より高かった割合。0.5は偶然、1は完全。起こり得た顧客が対象。",
        ),
    ),
    "risk_backtest_picture": Definition(
        Text("How it is counted", "数え方"),
        Text(
            "Every week of the test, told by the kind of model learned anew from what was known on the eve of its month, against what came within the horizon.",
            "検証した各週。月ごとに、その前日までに分かっていた情報で学習し直したモデルの確率を、予測期間内の実績と突き合わせた値。",
        ),
    ),
    "risk_flips": Definition(
        Text("Changes of band a year", "順位帯の変化（年）"),
        Text(
            "How often an account moved from one band to another from week to week, per year.",
            "1社あたり1年間に、週ごとの順位帯が変わった回数。",
        ),
    ),
    "risk_weekly": Definition(
        Text("Points a week", "1週間の動き（ポイント）"),
        Text(
            "How far the probability within 90 days moves in a week, at the median, in percentage points.",
            "90日以内の確率が1週間に動く幅の中央値（ポイント）。",
        ),
    ),
    "risk_manual": Definition(
        Text("Entered by hand", "手入力の割合"),
        Text(
            "Share of all that measures add to or take from the log-odds that comes from those our own people enter.",
            "指標が確率（対数オッズ）を動かした量のうち、当社が手で入力する指標による割合。",
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
            "Probability times MRR, added up. At least four of five outcomes fall into the 80 % interval: chance and the doubt "
            "about the model are in it, the latter as if all accounts were off to the same side.",
            "確率×MRRの合計。80%区間には5回に4回以上の実績が入る見込み（偶然とモデルの不確かさを含む。モデルの不確かさは全顧客が同じ向きに外れると見るため、幅は広め）。",
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
