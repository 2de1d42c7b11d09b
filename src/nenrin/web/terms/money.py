"""What the figures under headings mean on the pages of revenue, renewals, losses, costs, lifetimes and risk."""

from __future__ import annotations

from nenrin.web.terms import Definition, means

TERMS: dict[str, Definition] = {
    "mrr_step": means(
        "MRR that the step adds or takes, in the reporting currency, without tax; begin and end are sums.",
        "その段階で増減したMRR（報告通貨・税抜）。始まりと終わりは合計。",
    ),
    "movement_accounts": means(
        "Accounts with such a movement in the period; one may stand in several lines.",
        "期間中にその増減があった顧客の数。1社が複数の行に入ることがある。",
    ),
    "movement_cell": means(
        "MRR of the period in the reporting currency, without tax; small: how many accounts. Begin and end are sums, "
        "the others movements between them.",
        "期間中のMRR（報告通貨・税抜）。小さい数字は顧客数。期首・期末は残高、ほかはその間の増減。",
    ),
    "mrr_before": means("The account's MRR when the period began.", "期間の始まりのMRR。"),
    "mrr_after": means("The account's MRR at the end of the period.", "期間の終わりのMRR。"),
    "movement_amount": means(
        "What of the change from before to after falls on this line.", "前後の差のうち、この区分に当たる金額。"
    ),
    "kpi_whole": means(
        "The KPI over the period and accounts chosen above; “not enough data” where its least sample is not met.",
        "上で選んだ期間・顧客のKPI。最低限の件数に満たない場合は「データ不足」。",
    ),
    "kpi_slice": means(
        "The same KPI over this slice's accounts alone; in small type its 95% interval, where one can be given.",
        "この区分の顧客だけで計算した同じKPI。小さい字は95%信頼区間（出せない場合は表示しない）。",
    ),
    "kpi_reach": means(
        "Where the true figure lies in 95 of 100 such samples; a dash where none can be given.",
        "95%の信頼区間。出せない場合は空欄。",
    ),
    "kpi_target": means(
        "The target in force for the period, set on the KPI's page.", "その期間の目標。KPIのページで設定。"
    ),
    "kpi_change": means(
        "The period's figure less that of the period of the same length before.", "一つ前の同じ長さの期間との差。"
    ),
    "kpi_sample": means(
        "Accounts or amounts that the figure rests on: what stands under the line of its formula; of an amount, who makes it.",
        "計算の分母となった件数。金額や件数では、その値を構成する件数。",
    ),
    "kpi_low": means("Least figure that still counts as this level.", "この水準に当たる下限（その値を含む）。"),
    "kpi_high": means("Figure at which the next level begins.", "次の水準が始まる値（その値は含まない）。"),
    "kpi_trend": means(
        "The KPI of each period, computed anew with what is known by the day above; a gap: not enough data.",
        "各期間のKPI。上に示した日までに分かっている情報で計算し直す。途切れはデータ不足。",
    ),
    "kpi_parts": means(
        "What the account brings into the formula: above the line, or below it.",
        "計算式の分子または分母に入る、この顧客の分。",
    ),
    "won_customers": means("Accounts that paid for the first time in the period.", "期間中に初めて支払った顧客の数。"),
    "spent_own": means(
        "Acquisition costs entered for these very customers or this slice.", "この区分に対して直接記録した獲得費用。"
    ),
    "spent_shared": means(
        "Its part of the costs entered for nobody in particular, shared by customers won.",
        "どの区分にも記録されていない費用のうち、獲得した顧客数で割り振った分。",
    ),
    "spent_all": means("Both together.", "両方の合計。"),
    "note_since": means("First day that the note is about.", "注記の対象となる最初の日。"),
    "note_until": means("First day that it is no longer about.", "注記の対象が終わる日（その日は含まない）。"),
    "cohort_cell": means(
        "What is left of the first month's figure, in percent, for each month since; hatched: the month is not over.",
        "最初の月を100%とした、その後の各月の割合。斜線は終わっていない月。",
    ),
    "cohort_first": means(
        "The account's MRR at the end of the month in which it first paid.", "初回契約月の末日時点の、この顧客のMRR。"
    ),
    "cohort_now": means(
        "The account's MRR at the end of the month asked for; the last month is told up to the day above.",
        "選んだ月の末日時点の、この顧客のMRR。終わっていない月は上の日まで。",
    ),
    "reconciled": means(
        "MRR that the line adds to, or takes from, the loss counted by the forecast; the last line is the churn of the month's "
        "movements.",
        "予測の実績に加える、または差し引くMRR。最後の行がその月の増減明細の解約MRR。",
    ),
    "migration_cell": means(
        "Paying accounts by their colour when the period began (rows) and on the day above (columns).",
        "課金中の顧客を、期間の始まりの色（行）と上の日の色（列）で数えた数。",
    ),
    "retention_lines": means(
        "GRR and NRR of the accounts of twelve months before, period by period; none below thirty accounts.",
        "12か月前の顧客のGRRとNRR（期間ごと）。30社未満の期間は表示しない。",
    ),
    "ahead_contracts": means(
        "Running contracts of six months and longer whose term ends in the month.",
        "その月に契約期間が終わる、6か月以上の契約の数。",
    ),
    "ahead_mrr": means("MRR of the contracts whose term ends in the month.", "その月に契約期間が終わる契約のMRR。"),
    "ahead_risk": means(
        "Of that MRR, what belongs to accounts whose health is at risk now.",
        "そのうち、現在ヘルスが「危険」の顧客のMRR。",
    ),
    "ahead_noticed": means("Of that MRR, what is under notice.", "そのうち、解約通知を受けている契約のMRR。"),
    "expected_lost": means(
        "Probability of churn times MRR, added up over today's customers, by the month of the decision.",
        "解約確率×MRRを現在の顧客で合計した値（解約を決める月ごと）。",
    ),
    "reason_mrr": means(
        "MRR of the accounts that left in the period and named this reason.", "期間中にこの理由で解約した顧客のMRR。"
    ),
    "reason_share": means("Of all MRR that left in the period.", "期間中に解約したMRR全体に占める割合。"),
    "reason_accounts": means(
        "Accounts that left in the period and named this reason.", "期間中にこの理由で解約した顧客の数。"
    ),
    "losses_then": means(
        "Of the losses listed, how many were shown in this colour so long before the decision.",
        "一覧の解約のうち、決定のこの日数前にこの色で表示されていた件数。",
    ),
    "losses_used": means(
        "Losses of all time for which somebody chose the reason, in your scope.",
        "この理由が選ばれた解約の件数（全期間、見られる顧客）。",
    ),
    "losses_mrr": means(
        "MRR that ran when the customer decided; the loss takes it away at the end of the contract.",
        "解約を決めた時点のMRR。契約の終わりに失う金額。",
    ),
    "losses_pareto": means(
        "MRR of the losses listed, by their main reason, the largest first, those without a reason too; the share is of all of it.",
        "一覧の解約のMRRを主な理由で分けた金額と割合。理由未記入も含め、金額の大きい順。",
    ),
    "losses_done": means(
        "What is on record for the account in the 180 days before the decision.",
        "解約の決定までの180日間に記録された件数。",
    ),
    "eco_months": means(
        "Account-months: accounts that paid, added up over the months shown.",
        "課金中の顧客数を、表示している月について合計した延べ数。",
    ),
    "eco_served": means("Accounts that paid in the month.", "その月に課金中の顧客数。"),
    "eco_kept": means(
        "MRR that customers who paid before each month still paid at its end, month by month, added up.",
        "月初に支払っていた顧客が月末にも支払っていたMRRを、月ごとに合計した金額。",
    ),
    "eco_expanded": means(
        "MRR that those customers added and that was won back, month by month, added up; new customers are not in it.",
        "既存顧客の増額と再獲得のMRRを、月ごとに合計した金額。新規は含まない。",
    ),
    "eco_cost": means(
        "Customer success, support, customer marketing, hosting and other costs of serving; a dash: not told for every month.",
        "CS・サポート・既存顧客向けマーケティング・運用などの費用。「—」は未入力の月がある。",
    ),
    "eco_contribution": means(
        "Kept and expanded revenue less the cost of serving. Not all of it is due to customer success.",
        "維持・拡大した売上－かかった費用。すべてがCSの成果とは限らない。",
    ),
    "eco_each": means("Cost of serving for one account and one month.", "顧客1社・1か月あたりの費用。"),
    "eco_hours": means(
        "Hours recorded for serving these customers; a dash: not told for every month.",
        "対応にかけた記録上の時間。「—」は未入力の月がある。",
    ),
    "eco_per_hour": means("MRR kept divided by the hours recorded.", "維持したMRR÷記録した時間。"),
    "eco_revenue": means(
        "Kept and expanded revenue of the months shown, by where it came from.",
        "表示している月の維持・拡大売上を、内訳で分けた金額。",
    ),
    "eco_category": means("Costs told for the category in the months shown.", "表示している月の、その区分の費用。"),
    "eco_lines": means(
        "The same figures month by month, in the unit stated; months whose costs are not told have a gap.",
        "同じ値の月ごとの推移。単位は図に記載。費用が未入力の月は途切れる。",
    ),
    "bal_share": means(
        "Spent on existing customers out of what both sides spent; running the service is in neither.",
        "獲得と既存の費用のうち、既存顧客に使った割合。運用費はどちらにも含まない。",
    ),
    "bal_planned": means("Money planned for the side in the month.", "その月の計画額。"),
    "bal_spent": means("Costs told for the side's categories in the month.", "その月に記録した、この側の区分の費用。"),
    "bal_planned_hours": means("Hours planned for the side in the month.", "その月の計画時間。"),
    "bal_hours": means("Hours recorded for the side's categories in the month.", "その月に記録した時間。"),
    "bal_arr": means(
        "Twelve times the MRR won by the side in the month: first payments on one, expansion and win-backs on the other.",
        "その月に得たMRR×12。獲得側は初回の支払い、既存側は増額と再獲得。",
    ),
    "bal_per_cost": means(
        "ARR won divided by what was spent; it does not say that the spending caused it.",
        "得たARR÷使った費用。費用が原因だという意味ではない。",
    ),
    "told_amount": means(
        "As entered for the month: money without tax, or hours.", "その月について入力した値（金額は税抜、または時間）。"
    ),
    "life_customers": means(
        "Accounts of the part that ever had a contract, as known at the end of the day above; test accounts are left out.",
        "これまでに契約したことのある顧客の数（上に示した日の終わりまでに分かっている範囲、テストは除く）。",
    ),
    "life_lost": means("Of these, accounts whose last contract has ended.", "そのうち、最後の契約が終わった顧客の数。"),
    "life_left": means(
        "Share still there after so long, by the model chosen for the part; a dash: too little is known.",
        "その期間の後も継続している割合（区分に選んだモデルによる）。「—」はデータ不足。",
    ),
    "life_occasion_lost": means("Customers that left at this occasion.", "この更新回で解約した顧客の数。"),
    "life_expected": means("Share left by the chosen model.", "選んだモデルによる継続割合。"),
    "life_occasion": means(
        "By the model: of those who stood before this occasion, the share that stays.",
        "モデルによる、この更新回の直前にいた顧客が継続する割合。",
    ),
    "life_amount": means(
        "Discounted gross profit of one customer by that way of computing it.",
        "その計算方法による、1顧客の割引後の粗利。",
    ),
    "life_curve": means(
        "Share of customers left after each year, by the chosen model of each part.",
        "各年の後に残る顧客の割合（区分ごとに選んだモデルによる）。",
    ),
    "ret_left": means(
        "Share still there after so many months (Kaplan-Meier) with its 95 % interval; of: how many were seen for so long.",
        "その月数の後も継続している割合（カプラン・マイヤー法）と95%区間。「/」の後はその期間まで観察できた顧客数。",
    ),
    "ret_curve": means(
        "Share of customers left by month since they began (Kaplan-Meier), each counted as long as it was seen.",
        "契約開始からの月ごとの継続割合（カプラン・マイヤー法）。各顧客は観察できた期間だけ数える。",
    ),
    "ret_months": means(
        "Whole months from the first contract to the loss, or to the day of the figures.",
        "最初の契約から解約まで（継続中は集計日まで）の月数。",
    ),
    "ren_terms": means(
        "Terms of six months and longer that are to be decided then.",
        "その時期に更新を判断する、6か月以上の契約期間の数。",
    ),
    "ren_due": means("MRR of these terms, as it stands now.", "その契約期間の現在のMRR。"),
    "ren_committed": means(
        "Of it, MRR of the terms that the call that holds expects to stay.",
        "そのうち、見立てが「コミット」の契約のMRR。",
    ),
    "ren_expected": means(
        "MRR times the model's probability to stay, added up; terms without a probability are left out.",
        "MRR×モデルの更新確率の合計。確率のない契約は含めない。",
    ),
    "ren_mrr": means("MRR of the contract as it stands now, without tax.", "契約の現在のMRR（税抜）。"),
    "ren_model": means(
        "Probability to stay through the month of the decision, from the risk of churn; small: its 90 % interval.",
        "更新を判断する月を越えて継続する確率（解約リスクから計算）。小さい数字は90%区間。",
    ),
    "ren_kept_terms": means("Terms whose forecast the snapshot kept.", "その時点で保存した契約期間の数。"),
    "ren_q_due": means("MRR of the terms to be decided in the quarter.", "その四半期に更新を判断する契約のMRR。"),
    "ren_q_churn": means(
        "Of it, MRR of the terms that ended without another.", "そのうち、更新されず終わった契約のMRR。"
    ),
    "ren_q_down": means("MRR that renewed terms lost.", "更新時に減額したMRR。"),
    "ren_q_up": means("MRR that renewed terms added.", "更新時に増額したMRR。"),
    "ren_q_left": means(
        "MRR after the renewal: due, less churn and downsell, and upsell added.",
        "更新後のMRR（対象－解約－減額＋増額）。",
    ),
    "ren_outcomes": means(
        "Terms that are over and whose forecast had been kept that many days before.",
        "終わった契約のうち、その日数前の予測が保存されていた数。",
    ),
    "ren_commits": means("Of these, terms that were called a commit.", "そのうち、見立てが「コミット」だった数。"),
    "ren_commit_mrr": means("MRR of the terms called a commit.", "見立てが「コミット」だった契約のMRR。"),
    "ren_commit_stayed": means(
        "Of it, MRR that stayed, up to what was due.", "そのうち、対象のMRRを上限として継続した額。"
    ),
    "ren_call_p": means("The probability that the call stands for.", "その見込みが表す更新確率。"),
    "ren_days": means("Days from the checkpoint to the decision.", "記録した日から更新判断日までの日数。"),
    "ren_then": means("The probability as it was kept on the day of the row.", "その行の日に保存した更新確率。"),
    "ren_mrr_then": means("MRR as it was kept on the day of the row.", "その行の日に保存したMRR。"),
    "sub_mrr": means(
        "Monthly price of the contract without tax, yearly prices over twelve; an ended one as it was last.",
        "契約の月額（税抜）。年額は12で割る。終了した契約は最後の値。",
    ),
    "sub_seats": means("Seats paid for by the contract.", "契約で支払っている席数。"),
    "sub_days": means(
        "Days to the notice deadline, or to the end of the term where there is none.",
        "更新拒絶期限までの日数。期限がない場合は契約期間の終わりまで。",
    ),
    "step_mrr": means("Monthly price that holds from the day of the row.", "その行の日からの月額（税抜）。"),
    "step_list": means(
        "Monthly price before a discount that ends; a dash: no discount.",
        "期限付き割引の前の月額（税抜）。「—」は割引なし。",
    ),
    "sub_committed": means(
        "Least of metered usage a month that is paid whatever is used, beside the price.",
        "利用の有無にかかわらず支払う従量課金の月額（税抜）。月額料金とは別。",
    ),
    "sub_metered": means(
        "Metered usage billed for the month named, beside the price; MRR counts it as the metric policy says.",
        "表示の月に請求した従量課金の額（税抜）。MRRでの扱いは指標ポリシーによる。",
    ),
    "ltv_own": means(
        "Discounted gross profit still expected after the payment just made: by the account's own risk as far as later months have "
        "judged the model, then by its tier's lifetimes. The same as on the account's own page.",
        "直近の支払いより後に得られる見込みの粗利（割引後）。検証済みの期間はその顧客自身の解約確率、その先は企業規模別の継続期間を使う。顧客の画面と同じ値。",
    ),
    "sub_counted": means(
        "This account's MRR in the revenue ledger: agreed prices, and what the metric policy adds or takes (usage, discounts, "
        "ramps, when churn counts). As of today, without tax.",
        "売上増減に計上するこの顧客のMRR。月額料金に、指標ポリシーによる加減（従量課金、割引、段階契約、解約の計上日など）を加えた本日時点の額。税抜。",
    ),
    "step_seats": means("Seats that hold from the day of the row.", "その行の日からの席数。"),
    "inv_billed": means("Amount of the invoice as billed.", "請求書の請求額。"),
    "inv_failed": means(
        "Attempts to collect it that failed; a dash: none.", "引き落としなどに失敗した回数。「—」はなし。"
    ),
    "home_days": means("Days from today to the end of the term.", "今日から契約期間の終わりまでの日数。"),
    "risk_90": means(
        "Probability that the event comes within 90 days of the day in the page's head. Its range holds in nine of ten "
        "cases the probability that could be told from what is recorded of the account; it doubts what was learned "
        "and which kind of model is right, not what nobody recorded.",
        "ページ上部の日から90日以内に起こる確率。範囲は90%区間で、その顧客について記録されている情報から言える本来の確率が、10件中9件で収まる幅。学習の誤差とモデルの選び方の不確かさを含み、記録されていない事情は含まない。",
    ),
    "risk_expected_one": means("Probability within 90 days times MRR.", "90日以内の確率×MRR。"),
    "risk_mrr": means("MRR on the day in the page's head, without tax.", "ページ上部の日のMRR（税抜）。"),
    "risk_came": means(
        "MRR of the accounts for which it happened in the month; a dash: nothing did.",
        "その月に実際に起こった顧客のMRR。「—」はなし。",
    ),
    "risk_counts": means(
        "Accounts for which it happened / how many were expected: the probabilities of the accounts added up.",
        "実際に起こった顧客数 / 見込みの顧客数（確率の合計）。",
    ),
    "risk_count_ahead": means(
        "Expected number: the probabilities of the accounts added up.", "起こる見込みの顧客数（確率の合計）。"
    ),
    "risk_lines": means(
        "MRR by month: what was expected at each month's begin, with the range of 80 %, and what came.",
        "月ごとのMRR。各月の初めの予測（80%区間）と実績。",
    ),
    "risk_finding": means(
        "How well the measure alone tells the event, or how often it does so; the sign says which.",
        "その指標だけで結果をどれほど言い当てたか（種類は「兆候」の列のとおり）。",
    ),
    "risk_said_came": means(
        "Events expected by the probabilities / events that came, on months not learned from.",
        "確率から見込まれる発生数 / 実際の発生数（学習に使っていない月）。",
    ),
    "roi_baseline": means("The figure kept when the baseline was taken.", "基準値を記録した日の値。"),
    "roi_today": means("The figure of today.", "今日の値。"),
    "roi_change": means("The later figure less the earlier, or the share of it.", "後の値と前の値の差。"),
    "roi_side": means(
        "What this reading of the claim gives for the side named, with the inputs of this page.",
        "この読み方で計算した、見出しの側の値。前提はこのページの入力。",
    ),
    "roi_path": means(
        "The result over time with the inputs of this page, everything else as it is.",
        "このページの前提での推移。ほかの条件はそのまま。",
    ),
    "whitespace_cell": means(
        "Share of the group's customers with a running contract that have it; small: how many of how many, and how many "
        "healthy ones do not.",
        "契約中の顧客のうち、これを契約している割合。小さい文字は社数と、健全だが未契約の社数。",
    ),
    "losses_health": means(
        "Colour and score as they were shown on that day; a dash: none was kept.",
        "その日に表示されていた色とスコア。「—」は記録がない。",
    ),
    "tornado_low": means(
        "The result with this input a fifth lower, the others as they are.", "この前提だけを20%下げた場合の結果。"
    ),
    "tornado_high": means(
        "The result with this input a fifth higher, the others as they are.", "この前提だけを20%上げた場合の結果。"
    ),
}
