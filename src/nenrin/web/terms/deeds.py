"""What the figures under headings mean on the pages of work: days, tasks, journeys, onboarding, playbooks, surveys."""

from __future__ import annotations

from nenrin.web.terms import Definition, means

TERMS: dict[str, Definition] = {
    "load_accounts": means("Running customers that the member owns.", "その担当者の契約中の顧客の数。"),
    "load_rows": means(
        "Rows of the member's queue as it was last made, with those of colleagues for whom they stand in; a dash: not made yet today.",
        "最後に作った「今日やること」の件数。代理を務める相手の分を含む。「—」は今日はまだ作っていない。",
    ),
    "load_late": means("Open tasks of the member whose day has passed.", "期日を過ぎた未完了タスクの数。"),
    "load_risk": means("Of the accounts, those whose health is at risk.", "そのうち、ヘルスが「危険」の顧客の数。"),
    "load_untouched": means(
        "Accounts at risk with which nobody was in touch for so many days; notes and talks among us do not count.",
        "この日数のあいだ、だれも接点を持っていない「危険」の顧客の数。メモと社内のやり取りは数えない。",
    ),
    "load_planned": means(
        "Minutes a month that the touch models plan for the member's accounts, over twenty business days of theirs.",
        "タッチモデルの計画上の月間時間÷その担当者の20営業日分の対応時間。",
    ),
    "load_change": means("Today → after the move.", "現在 → 変更後。"),
    "cap_members": means("Active members who own paying accounts.", "課金中の顧客を担当する有効なメンバーの数。"),
    "playbook_audience": means(
        "Accounts that the conditions of the playbook hold for now, each under the first rule that keeps it out, or where it"
        " may come in. Only accounts that you may see.",
        "いまプレイブックの条件に該当する顧客の数。対象から外れる顧客は、最初に当てはまる理由に数える。閲覧できる顧客のみ。",
    ),
    "playbook_detectable": means(
        "The smallest effect, in the measure's own unit, that would be found four times out of five, with the families that"
        " come in within a year; where that is not known yet, with all that may come in now. “Not detectable”: not even the"
        " largest one would be.",
        "1年間に対象になる件数（不明なうちは、いま対象になり得る全件）で、5回に4回は検出できる最小の差。指標の単位で示す。"
        "「検出できない」は、どれほど大きな差でも検出できない場合。",
    ),
    "playbook_needed": means(
        "Weeks until so many families have come in, and their days are over, that the effect hoped for would be found four"
        " times out of five; in brackets how many families. “Not detectable”: never, or later than in five years.",
        "仮説の効果を5回に4回は検出できる件数（かっこ内）が対象になり、観測期間が終わるまでの週数。"
        "「検出できない」は、件数が足りないか、5年を超える場合。",
    ),
    "task_minutes": means(
        "Minutes expected for the task; without an entry those of its kind.",
        "タスクの見込み時間（分）。未入力なら種類ごとの標準。",
    ),
    "template_due": means("Business days from the start until the task is due.", "開始から期日までの営業日数。"),
    "template_minutes": means("Minutes planned for the task.", "タスクの見込み時間（分）。"),
    "template_steps": means("Points of the task's checklist.", "チェックリストの項目数。"),
    "journey_late": means(
        "Open tasks of ours for the account whose day has passed.", "当社側の、期日を過ぎた未完了タスクの数。"
    ),
    "journey_theirs": means(
        "Steps of the customer's in running onboarding projects whose day has passed.",
        "進行中のオンボーディングで、期日を過ぎたお客様側のステップの数。",
    ),
    "account_mrr": means(
        "Monthly recurring revenue of the account's running contracts, without tax, in its own currency.",
        "その顧客の契約中の月額（税抜、顧客の通貨）。",
    ),
    "stall_accounts": means(
        "Accounts that entered the stage in the time of the row.", "その時期に段階へ入った顧客の数。"
    ),
    "stall_moved": means("Of these, accounts that went on to a later stage.", "そのうち、先の段階へ進んだ顧客の数。"),
    "stall_inside": means("Of these, accounts that are in the stage still.", "そのうち、まだこの段階にいる顧客の数。"),
    "stall_left": means(
        "Of these, accounts that left us, went back to an earlier stage or were taken out.",
        "そのうち、解約した・前の段階に戻った・外された顧客の数。",
    ),
    "stall_median": means(
        "Day by which half had moved on; who is still inside counts as long as it was watched.",
        "半数が先へ進むまでの日数。まだいる顧客は観察できた期間だけ数える。",
    ),
    "stall_in_time": means(
        "Share that moved on within the days expected, of those that could have.",
        "想定日数のうちに先へ進んだ割合。想定日数が過ぎた顧客だけを数える。",
    ),
    "onb_steps": means(
        "Steps done or not needed / all steps of the project.", "完了または不要としたステップ / 全ステップ。"
    ),
    "onb_overdue": means(
        "Steps of the customer's whose day has passed; closed projects have none.",
        "期日を過ぎたお客様側のステップの数。終わったプロジェクトは0。",
    ),
    "onb_projects": means(
        "Projects that began in the time of the row; those started by mistake are left out.",
        "その時期に始まったプロジェクトの数。誤って始めたものは除く。",
    ),
    "onb_projects_all": means(
        "Projects of the filters, of all times they began; those started by mistake are left out.",
        "絞り込んだ範囲のプロジェクトの数（開始時期は問わない）。誤って始めたものは除く。",
    ),
    "onb_target": means(
        "Share that a good organisation reaches in time; a rule of thumb, not a measurement of yours.",
        "期日内に達する割合の目安。自社の実績ではない。",
    ),
    "onb_reached": means("Of these, projects that have reached the goal.", "そのうち、目標に達したプロジェクトの数。"),
    "onb_running": means(
        "Running or paused, and the goal is not reached yet.", "進行中または中断中で、まだ達していない数。"
    ),
    "onb_over": means("Over without the goal.", "目標に達しないまま終わった数。"),
    "onb_by_day": means(
        "Share that had reached the goal by this day of the project (Kaplan-Meier), with the 95 % interval.",
        "プロジェクトのこの日までに目標に達した割合（カプラン・マイヤー法）。小さい数字は95%区間。",
    ),
    "onb_median": means(
        "Day of the project by which half had reached the goal; a dash: not half of them have.",
        "半数が目標に達したプロジェクトの日数。「—」は半数に届いていない。",
    ),
    "onb_due": means(
        "Reached by the planned end, of those whose planned end has passed, with the 95 % interval.",
        "予定終了日を過ぎたもののうち、予定日までに達した割合。小さい数字は95%区間。",
    ),
    "onb_template_days": means("Business days that the step takes.", "ステップにかかる営業日数。"),
    "onb_template_minutes": means("Minutes of ours planned for the step.", "ステップの当社側の見込み時間（分）。"),
    "onb_template_steps": means(
        "Steps of the version in use, or of the draft where none is.", "使用中の版（なければ下書き）のステップ数。"
    ),
    "onb_curve": means(
        "Share of each cohort's projects that has reached the goal by the day of the project (Kaplan-Meier).",
        "各時期に始まったプロジェクトが、その日までに目標に達した割合（カプラン・マイヤー法）。",
    ),
    "plan_met": means("Objectives whose target is reached / all objectives.", "目標値に達した目標 / 全目標。"),
    "plan_done": means("Milestones done / all milestones of the plan.", "完了したマイルストーン / 全マイルストーン。"),
    "plan_target": means(
        "The figure when the plan was agreed → the figure aimed at, in the unit of the measure.",
        "合意した時点の値 → 目標値（指標の単位）。",
    ),
    "plan_way": means(
        "How much of the way from the baseline to the target is done, 0 to 100 %; “not enough data” without a figure.",
        "基準値から目標値までのうち、進んだ割合（0〜100%）。値がない場合は「データ不足」。",
    ),
    "plan_now": means(
        "The newest figure: of our measures from facts, of theirs as entered last; its own day stands below.",
        "最新の値。当社の指標は実績、お客様の指標は最後の入力。下の小さい文字はその値の日。",
    ),
    "opp_expected": means(
        "MRR that the opportunity would add; once won, what came of it.", "見込みの増加MRR。受注後は実際の金額。"
    ),
    "cand_expected": means(
        "MRR that the plan or price offered would add at today's use; “not enough data” where none can be told.",
        "提案するプランや価格で増える見込みのMRR（現在の利用に基づく）。計算できない場合は「データ不足」。",
    ),
    "cand_worth": means(
        "Expected MRR × 12 × probability of growth; where no model tells one, the assumed share stands below.",
        "見込みMRR×12×拡大の確率。モデルの確率がない場合は仮定の割合を使い、下に示す。",
    ),
    "handoff_items": means("Items filled in or waived, of seven.", "7項目のうち、記入済みまたは不要とした数。"),
    "handoff_hours": means(
        "From the signature to the acceptance; a dash: not accepted yet.",
        "契約から受け入れまでの時間。「—」は未受け入れ。",
    ),
    "play_begun": means(
        "Runs of the playbook that began within the last 90 days.",
        "直近90日に始まった実行の数。",
    ),
    "play_inside": means(
        "Runs that are under way now.",
        "現在進行中の実行の数。",
    ),
    "play_failed": means(
        "Runs that stopped at an error and wait for somebody.", "エラーで止まり、対応を待つ実行の数。"
    ),
    "replay_accounts": means(
        "Accounts for which it would have fired at least once.", "期間中に1回以上発火したはずの顧客の数。"
    ),
    "replay_left": means(
        "Of the firings, those after which the account left within 90 days.",
        "発火後90日以内に顧客が解約した回数。",
    ),
    "replay_caught": means(
        "Departures that a firing came before the day of the decision, by up to 180 days / all departures of the time.",
        "解約を決めた日より前（180日以内）に発火していた解約の数 / 期間中の全解約。",
    ),
    "replay_became": means(
        "What the account did within 90 days after the firing.", "発火後90日以内に顧客がどうなったか。"
    ),
    "replay_shown": means(
        "The figure of this version over the time replayed, with what was known on each day.",
        "再現した期間での、この版の値。各日に分かっていた情報だけを使う。",
    ),
    "replay_in_use": means("The same for the version in use.", "公開中の版の値。"),
    "replay_month_fired": means("Firings in the month.", "その月の発火回数。"),
    "survey_answered": means("Of these, surveys that were answered.", "そのうち、回答があったアンケートの数。"),
    "survey_share": means(
        "Answered of those that went out, with nothing said where none did.",
        "送信したうち、回答があった割合。送信がない場合は表示しない。",
    ),
    "survey_score": means(
        "The answer on the survey's own scale: NPS 0 to 10, CSAT 1 to 5, effort 1 to 7.",
        "回答の点数（NPSは0〜10、CSATは1〜5、CESは1〜7）。",
    ),
    "cap_planned": means(
        "Minutes a month that the touch models plan for the paying accounts of these members.",
        "タッチモデルが、これらのメンバーの課金中の顧客に対して計画する月間の時間。",
    ),
    "cap_hours": means(
        "Hours for accounts in a month, of the members for whom they are entered.",
        "対応時間が入力されているメンバーの、月間の対応時間の合計。",
    ),
    "cap_over": means("Members for whom more is planned than they have.", "計画が対応時間を超えるメンバーの数。"),
    "cap_unstated": means(
        "Members with accounts whose hours are not entered; they are in no share.",
        "顧客を担当し、対応時間が未入力のメンバーの数。割合の計算には入らない。",
    ),
    "replay_hours": means(
        "Minutes of the tasks of every run, added up, in hours.", "全実行のタスク時間の合計（時間）。"
    ),
    "lane_stage": means(
        "Accounts of the filter that are in the stage now; below: their MRR as a year's worth where it is shown, the "
        "median day of those inside, and how many stand behind or stuck or are up for renewal.",
        "絞り込んだ顧客のうち、いまこの段階にいる数。下は年額の合計・日数の中央値・遅れや停滞・更新を控えた数。",
    ),
    "renewal_overlay": means(
        "Lies over the stage for the last 120 days before the decision on a contract of 6 months and longer: its notice "
        "deadline, or its end where there is none. Credits do not count. The account stays in its stage.",
        "6か月以上の契約（クレジットを除く）の更新判断日（更新拒絶期限日、なければ契約終了日）まで120日以内の顧客に付く印。ステージは変わらない。",
    ),
    "lane_phase": means(
        "Projects under way that are in the phase now; below: their accounts' ARR, the median day, and how many stand "
        "behind or stuck.",
        "いまこのフェーズにいる進行中のプロジェクトの数。下は顧客のARR合計・日数の中央値・遅れや停滞の数。",
    ),
    "design_count": means(
        "Accounts in your scope that are in the stage now.", "見られる顧客のうち、いまこの段階にいる数。"
    ),
    "phase_steps": means(
        "Steps done or not needed / all steps of the phase.", "完了または不要としたステップ / フェーズの全ステップ。"
    ),
}
