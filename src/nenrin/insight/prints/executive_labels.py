"""The fixed words of the executive print."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.analytics.revenue.cohorts import FEW
from nenrin.values import Text

LABELS: Mapping[str, Text] = {
    "title": Text("Executive dashboard", "経営ダッシュボード"),
    "decisions": Text("What needs a decision", "判断が要ること"),
    "no_decisions": Text(
        "No target is missed and no account at risk decides within 60 days.",
        "目標に届かない指標も、60日以内に判断を迎える危険な顧客もない。",
    ),
    "explained": Text("What moved and why", "変化とその理由"),
    "tiles": Text("Key figures", "主要指標"),
    "tiles_note": Text(
        "change against the period before; in brackets the 95% interval; dotted line: target; fine dots: benchmark of the tier chosen",
        "前期比、かっこ内は95%信頼区間、点線は目標、細かい点線は選んだ企業規模のベンチマーク",
    ),
    "bridge": Text("MRR movements", "MRRの増減"),
    "bridge_note": Text("Filled bars were won, hollow ones lost.", "塗りは増加、白抜きは減少。"),
    "bridge_cut": Text("The axis does not begin at zero.", "縦軸は0から始まらない。"),
    "retention": Text("Retention of twelve months", "12か月の売上継続率"),
    "cohorts": Text("Revenue left by month of the first payment, %", "初回契約月別の売上継続率（%）"),
    "cohorts_note": Text(
        f"By months since; light frame: the month is not over; no shade: fewer than {FEW} accounts at first.",
        f"経過月ごと。枠だけの月は途中。色なしは開始時{FEW}社未満。",
    ),
    "first_paid": Text("First paid in", "初回契約月"),
    "accounts": Text("Accounts", "社数"),
    "health": Text("Health by MRR", "MRRで見たヘルス"),
    "moved": Text("Accounts by health before and now", "ヘルスの移り変わり（社数）"),
    "before": Text("Before", "期首"),
    "ahead": Text("Renewals ahead", "今後の更新"),
    "ahead_note": Text("Contracts of six months and longer.", "6か月以上の契約。"),
    "month": Text("Month", "月"),
    "contracts": Text("Contracts", "契約"),
    "of_it_at_risk": Text("At risk", "うち危険"),
    "noticed": Text("Notice given", "解約予告済み"),
    "expected": Text("Expected churned MRR", "解約が見込まれるMRR"),
    "from": Text("Month from", "開始日から1か月"),
    "expected_value": Text("Expected", "見込み"),
    "interval_80": Text("80% interval", "80%区間"),
    "twelve_months": Text("Twelve months", "12か月合計"),
    "leaving": Text("Churn reasons", "解約の理由"),
    "leaving_share": Text("Share", "割合"),
    "leaving_mrr": Text("MRR lost", "失ったMRR"),
    "nobody_left": Text("Nobody left in the period.", "期間中の解約はない。"),
    "capacity": Text("CSM capacity", "CSMの対応余力"),
    "no_capacity": Text("Capacity is known for today only.", "対応余力は今日の分だけ分かる。"),
    "scores": Text("Score quality", "スコアの精度"),
    "scores_note": Text(
        "On the past as it was known then, 90 days ahead. AUC: .5 is chance, 1 perfect; slope: 1 is right; lift: of those looked at "
        "first, times the average.",
        "当時の情報による過去データ検証、90日先。AUCは0.5が偶然、1が完全。傾きは1が正確。リフトは上位に出た顧客の解約が平均の何倍か。",
    ),
    "auc": Text("AUC (95%)", "AUC（95%区間）"),
    "slope": Text("Slope", "傾き"),
    "lift": Text("Lift", "リフト"),
    "left_then": Text("Left", "解約"),
    "risks": Text("Largest accounts at risk", "MRRの大きい危険な顧客"),
    "account": Text("Account", "顧客"),
    "score": Text("Score", "スコア"),
    "change_30": Text("30 days", "30日間"),
    "reasons": Text("What costs it most", "主な減点"),
    "notice": Text("Notice deadline", "更新拒絶期限日"),
    "owner": Text("Owner", "担当CSM"),
    "no_risks": Text("No paying account is at risk.", "契約中の顧客に危険なものはない。"),
    "notes": Text("Data notes", "データの注記"),
    "policy": Text("How this is counted", "数え方"),
    "returns": Text("What less churn would bring", "解約率改善の効果（試算）"),
    "returns_today": Text("From today's own figures; the rest is assumed.", "今日の自社の数値から試算。その他は仮定。"),
    "returns_baseline": Text(
        "From the own figures of the baseline of {day}; the rest is assumed.", "{day}の基準値から試算。その他は仮定。"
    ),
    "returns_from": Text("Where from", "出所"),
    "comments": Text("Comments", "コメント"),
    "figure": Text("Figure", "指標"),
    "value": Text("Value", "値"),
    "change": Text("Change", "前期比"),
    "against": Text("Target or benchmark", "目標・目安"),
    "interval_95": Text("95% interval", "95%信頼区間"),
    "missing": Text("Not enough data", "データ不足"),
    "no_health": Text("No health was stored for this day.", "この日のヘルスは保存されていない。"),
}
