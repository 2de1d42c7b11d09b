"""What the figures under headings mean on the pages of health, measures, backtests, replays, segments and the holdout."""

from __future__ import annotations

from nenrin.web.terms import Definition, means

TERMS: dict[str, Definition] = {
    "falls_value": means(
        "The measure's value that this score was computed from, with the norm of the account's group beside it.",
        "このスコアの計算に使った指標の値。横は同じグループの基準。",
    ),
    "measure_norm": means(
        "Median of the accounts that the same model judges together with this one; a dash where there is none.",
        "同じモデルで判定する仲間の顧客の中央値。ない場合は「—」。",
    ),
    "measure_points": means(
        "0 to 100 that the value earns on the measure's curve; a missing value earns none and its weight falls away.",
        "指標の値を曲線で換算した0〜100点。値がない指標は点がなく、その重みは計算から外れる。",
    ),
    "measure_weight": means(
        "Share of the score in percent that the measure carries on this day, among those with a value.",
        "この日、値のある指標のうち、その指標がスコアに占める割合（%）。",
    ),
    "measure_contribution": means(
        "Points that the measure takes away from 100 by what its value earns, its weight counted in. They add up to the score.",
        "その指標が100点から引いた点（点×重み）。全部を足すとスコアになる。",
    ),
    "contribution_change": means(
        "Points that this measure's contribution moved by since the day in the heading.",
        "見出しの日と比べて、その指標の増減点がいくつ動いたか。",
    ),
    "health_trend": means(
        "The score of each closed day as it was shown at that day's end; a gap: no score was kept.",
        "確定した各日のスコア（その日の終わりに表示された値）。途切れている日はスコアがない。",
    ),
    "week_users": means(
        "Distinct end users of the account with at least one product event in the seven days.",
        "その7日間に1回以上利用した、この顧客の利用者の人数（重複なし）。",
    ),
    "unused_share": means(
        "Share of the healthy customers of the same tier that used it in the last 28 days; small: how many of how many.",
        "同じ企業規模の健全な顧客のうち、直近28日に使った割合。小さい数字は社数。",
    ),
    "unused_reach": means(
        "Where the true share lies in 95 of 100 such samples (Wilson).", "この割合の95%信頼区間（ウィルソン法）。"
    ),
    "feature_events": means(
        "Product events of the account's users by feature and week; 0: none arrived.",
        "この顧客の利用者の、機能ごと・週ごとのイベント件数。0は届いていない。",
    ),
    "shares_by_band": means(
        "Accounts in your scope by the colour of their health, in the share of the amount or number named.",
        "見られる顧客をヘルスの色で分けた内訳。割合は図に示した金額または社数。",
    ),
    "models_accounts": means(
        "Accounts whose health the model's live version judged last.",
        "公開中の版が最後にヘルスを判定した顧客の数。",
    ),
    "models_measures": means("Measures that the live version weighs.", "公開中の版が使う指標の数。"),
    "group_weight": means(
        "Sum of the weights of the group's measures; all groups together are 100 %.",
        "グループ内の指標の重みの合計。全グループで100%。",
    ),
    "preview_difference": means(
        "Score that the draft would show today less the score by the live version, from the same values.",
        "下書きを公開した場合の今日のスコア－公開中の版のスコア。同じ値で計算。",
    ),
    "replay_version": means(
        "The figure as this version would have had it over the months replayed, each day with what was known then.",
        "この版を過去の期間に当てはめた場合の値。各日、その時点で分かっていた情報だけを使う。",
    ),
    "replay_live": means(
        "The same as the version in use would have had it, over the same accounts and days.",
        "公開中の版を同じ顧客・同じ日に当てはめた場合の値。",
    ),
    "replay_fires": means(
        "How often the playbook's trigger would have become true, before its limits and cool-downs.",
        "プレイブックの条件が成立した回数。上限や再実行の間隔を考える前。",
    ),
    "replay_shares": means(
        "Accounts by colour on each day replayed, with what was known on that day.",
        "再計算した各日の、色ごとの顧客。その日に分かっていた情報だけを使う。",
    ),
    "measures_window": means(
        "Days before the day of the score that the measure looks back on.", "スコアの日からさかのぼって集計する日数。"
    ),
    "measures_covered": means(
        "Share of the accounts with a health score that have a recent value of the measure.",
        "ヘルスを判定した顧客のうち、この指標の新しい値がある割合。",
    ),
    "backtest_own": means(
        "The figure of the version tested, over the accounts and days named above.",
        "検証した版の値。対象は上に示した顧客と期間。",
    ),
    "backtest_rival": means(
        "The figure of the other version, over the same accounts and days.", "比べる版の値。同じ顧客・同じ日。"
    ),
    "backtest_difference": means(
        "The first less the second; the range holds the true difference in 95 of 100 such samples. Clear: it does not hold 0.",
        "検証した版－比べる版。かっこ内は95%区間。区間が0を含まなければ「明確」。",
    ),
    "interval_95": means(
        "Where the true figure lies in 95 of 100 such samples; wide where few accounts are behind it.",
        "同じ調べ方を100回すれば95回は真の値が入る範囲。顧客が少ないほど広い。",
    ),
    "interval_80": means(
        "At least four of five outcomes are expected to fall in here.", "5回に4回以上は実績がこの範囲に入る見込み。"
    ),
    "backtest_chances": means(
        "Times that an account of this colour could leave within 90 days, each counted once.",
        "この色の顧客が90日以内に解約できた機会の数。同じ機会は1回だけ数える。",
    ),
    "backtest_accounts": means(
        "Accounts of the group that were judged on any day tested.", "検証期間のどこかで判定された顧客の数。"
    ),
    "backtest_left": means(
        "Of these, accounts that gave notice or left within the days tested.",
        "そのうち、検証期間に解約通知または解約した顧客の数。",
    ),
    "backtest_kept": means(
        "Of this colour's chances to leave within 90 days, the share that stayed.",
        "この色で90日以内に解約できた機会のうち、継続した割合。",
    ),
    "backtest_mix": means(
        "Share of the group's judged days that had this colour.", "このグループで判定した日のうち、この色だった割合。"
    ),
    "backtest_aim": means("What a score should keep to; a choice of ours.", "スコアが満たすべき目安（当社の設定）。"),
    "backtest_halfway": means("Mean of the expert's and the learned weight.", "現在の重みと学習した重みの中間。"),
    "backtest_gain": means(
        "AUC on later days less that of the weights in use, with the 95 % interval.",
        "後の期間でのAUC－現在の重みでのAUC。かっこ内は95%区間。",
    ),
    "backtest_sure": means(
        "Share of resamples of the accounts in which these weights told better.",
        "顧客を選び直した再計算のうち、この重みのほうが成績が良かった割合。",
    ),
    "backtest_expert": means("The weight that the version has now.", "この版の現在の重み。"),
    "backtest_picture": means(
        "Every account-day of the test, scored with what was known at its own end, against who left within the horizon.",
        "検証した全ての顧客・日。その日の終わりに分かっていた情報でスコアを計算し、予測期間内の解約と突き合わせた値。",
    ),
    "risk_picture": means(
        "Probabilities said on months and accounts that the model had not learned from, against what came, in groups of equal size.",
        "学習に使っていない月・顧客について、予測した確率と実績を同数の群で比べた値。",
    ),
    "backtest_drift": means(
        "Departures above or below those told, added up month by month in standard deviations (CUSUM).",
        "予測と実際の解約数の差（標準偏差単位）を月ごとに積み上げた値（累積和）。",
    ),
    "segment_accounts": means(
        "Accounts in your scope that met the condition when it was last counted; the moment stands beside it.",
        "最後に数えた時点で条件に合った、見られる顧客の数。数えた時刻は右の列。",
    ),
    "segment_draft": means(
        "The condition as it is typed, on the past days as they were known. Nothing is saved.",
        "入力中の条件を、当時のデータで過去の各日に当てはめた結果。保存はしていない。",
    ),
    "segment_live": means(
        "The segment's saved condition, on the same days.", "保存済みの条件を、同じ期間に当てはめた結果。"
    ),
    "segment_ever": means(
        "Accounts that were in both segments on one same day of the time replayed.",
        "期間中に、同じ日に両方のセグメントに入っていた顧客の数。",
    ),
    "segment_last": means(
        "Of these, accounts in both on the last day.", "そのうち、最終日に両方に入っている顧客の数。"
    ),
    "segment_line": means(
        "Accounts that would have met the condition on each day, with what was known then.",
        "各日に条件に合ったはずの顧客の数。その日に分かっていた情報だけを使う。",
    ),
    "holdout_times": means(
        "Occasions on which a playbook would have begun and was left out because of the group drawn.",
        "プレイブックが始まるはずだったのに、比較のために実行しなかった回数。",
    ),
    "holdout_share_then": means(
        "Share of families left alone that was in force on the day of the first occasion.",
        "初回の機会の日に有効だった、何もしない割合。",
    ),
    "holdout_share": means(
        "Share of families that a playbook would leave alone.", "プレイブックを実行しない企業グループの割合。"
    ),
    "holdout_families": means(
        "How many families that share would leave alone today; accounts with one parent count once.",
        "その割合にした場合、今日の時点で何もしない企業グループの数。同じ親会社の顧客は1つと数える。",
    ),
    "holdout_waiting": means(
        "Accounts whose first occasion is too recent: they count when their days are over.",
        "初回の機会から日が浅く、期間が終わっていない顧客の数。終わったら集計に入る。",
    ),
    "effect_line": means(
        "Helped less left alone at each look, with the interval that holds at every look together.",
        "各時点の、実行した群－何もしなかった群の差。区間はどの時点で見ても成り立つもの。",
    ),
    "portfolio_change": means(
        "The later day's figure less the earlier one's; a dash where either is missing.",
        "後の日の値－前の日の値。どちらかがない場合は「—」。",
    ),
    "replay_changes": means(
        "Times that an account's colour changed from one day to the next.", "顧客の色が前日から変わった回数。"
    ),
    "replay_changes_year": means(
        "Changes of colour over the account-years looked at.", "色の変化の回数÷対象の延べ年数（顧客×年）。"
    ),
    "replay_days_at_risk": means(
        "Of all days on which an account was judged, the share at risk.",
        "判定した全ての日（顧客×日）のうち、「危険」だった割合。",
    ),
    "replay_years": means(
        "Days on which an account was judged, added up and over 365.", "判定した日数（顧客×日）の合計÷365。"
    ),
    "countdown_days": means(
        "Days from today to the last day on which either side can refuse the renewal.",
        "今日から、更新を断る通知ができる最後の日までの日数。",
    ),
    "account_seats": means("Seats of the account's running contracts.", "契約中の席数の合計。"),
    "account_employees": means(
        "People employed by the customer, as entered or imported.", "顧客の従業員数（入力または取り込んだ値）。"
    ),
    "measure_curve": means(
        "Points from 0 to 100 that each value of the measure earns; bars: where the accounts stand that the model judges.",
        "指標の値ごとの0〜100点。棒は、このモデルで判定する顧客の分布。",
    ),
}
