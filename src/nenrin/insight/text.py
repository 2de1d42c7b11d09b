"""The journal's sentences for health."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "insight.health.fell",
    Text(
        "Health fell to {band_en} ({score}). {finding_en}",
        "ヘルスが{band_ja}に低下（{score}）。{finding_ja}",
    ),
)
register(
    "insight.health.rose",
    Text(
        "Health rose to {band_en} ({score}). {finding_en}",
        "ヘルスが{band_ja}に上昇（{score}）。{finding_ja}",
    ),
)
register(
    "insight.health.unknown",
    Text("Health unknown: {why_en}", "ヘルスはデータ不足: {why_ja}"),
)
register(
    "insight.health.known",
    Text("Health known again: {band_en}, {score}", "ヘルスを再び算出: {band_ja}、{score}"),
)
register(
    "insight.use.fell",
    Text("Use fell by {fell}% against the 28 days before", "利用がその前の28日間より{fell}%減少"),
)
register(
    "insight.day.closed",
    Text("Health of {day} is final: {accounts} accounts", "{day}のヘルスを確定: {accounts}社"),
)
register(
    "insight.model.drafted",
    Text("Health model {model} v{number} drafted", "ヘルスモデル「{model}」v{number}の案を保存"),
)
register(
    "insight.model.published",
    Text("Health model {model} v{number} published: {note}", "ヘルスモデル「{model}」v{number}を公開: {note}"),
)
register(
    "insight.model.withdrawn",
    Text("Health model {model} withdrawn: {note}", "ヘルスモデル「{model}」の利用を終了: {note}"),
)
register("insight.model.discarded", Text("Draft of {model} v{number} discarded", "「{model}」v{number}の案を破棄"))
register("insight.pulse.given", Text("Pulse: {grade} of 6", "CSM所感: 6段階中{grade}"), personal=True)
register("insight.pulse.lifted", Text("Pulse taken back", "CSM所感を取り消し"))
register(
    "insight.override.set",
    Text("Health set by hand to {to_en}: {reason}", "ヘルスを手動で{to_ja}に変更: {reason}"),
)
register("insight.override.lifted", Text("Health set by hand no longer", "ヘルスの手動変更を解除"))
register("insight.hard_event.raised", Text("{event_en}: {reason}", "{event_ja}: {reason}"))
register("insight.hard_event.lifted", Text("No longer holds: {event_en}", "解消: {event_ja}"))
register("insight.segment.saved", Text("Segment “{name}” saved", "セグメント「{name}」を保存"))
register("insight.segment.archived", Text("Segment “{name}” archived", "セグメント「{name}」をアーカイブ"))
register("insight.segment.entered", Text("Entered segment “{segment}”", "セグメント「{segment}」に該当"))
register("insight.segment.left", Text("Left segment “{segment}”", "セグメント「{segment}」から除外"))
register(
    "insight.policy.published",
    Text("Metric policy v{number} published: {note}", "指標ポリシー 第{number}版を公開: {note}"),
)
register("insight.period.locked", Text("Books closed through {through}", "{through}まで締め"))
register("insight.period.unlocked", Text("Books reopened after {through}", "{through}までの締めを解除"))
register("insight.target.set", Text("Target of {name_en} set to {value}", "{name_ja}の目標を{value}に設定"))
register("insight.target.lifted", Text("Target of {name_en} taken back", "{name_ja}の目標を取り消し"))
register(
    "insight.backtest.asked",
    Text(
        "Backtest of {model} v{number} as of {as_of} asked for",
        "「{model}」v{number}の過去データ検証を依頼（{as_of}時点）",
    ),
)
register(
    "insight.backtest.done",
    Text(
        "Backtest of {model} v{number} as of {as_of} done", "「{model}」v{number}の過去データ検証が完了（{as_of}時点）"
    ),
)
register(
    "insight.backtest.failed",
    Text("Backtest of {model} v{number} failed", "「{model}」v{number}の過去データ検証に失敗"),
)
register(
    "insight.risk_backtest.asked",
    Text(
        "Backtest of the risk model of {event_en} v{number} as of {as_of} asked for",
        "{event_ja}の予測モデル v{number}の過去データ検証を依頼（{as_of}時点）",
    ),
)
register(
    "insight.risk_backtest.done",
    Text(
        "Backtest of the risk model of {event_en} v{number} as of {as_of} done",
        "{event_ja}の予測モデル v{number}の過去データ検証が完了（{as_of}時点）",
    ),
)
register(
    "insight.risk_backtest.failed",
    Text(
        "Backtest of the risk model of {event_en} v{number} failed",
        "{event_ja}の予測モデル v{number}の過去データ検証に失敗",
    ),
)
register(
    "insight.risk.asked",
    Text("Risk models asked for from what was known on {known}", "予測モデルの学習を依頼（{known}時点）"),
)
register("insight.risk.failed", Text("Risk models could not be learned: {reason}", "予測モデルの学習に失敗: {reason}"))
register(
    "insight.risk.learned",
    Text(
        "Model of {event_en} v{number} learned from {rows} rows as known on {known}: {state_en}",
        "{event_ja}の予測モデル v{number}を学習（{known}時点、{rows}行）: {state_ja}",
    ),
)
register(
    "insight.risk.used",
    Text(
        "Model of {event_en} v{number} put to use: {reason}", "{event_ja}の予測モデル v{number}の利用を開始: {reason}"
    ),
)
register(
    "insight.risk.withdrawn",
    Text("Model of {event_en} v{number} withdrawn: {reason}", "{event_ja}の予測モデル v{number}の利用を停止: {reason}"),
)
register(
    "insight.roi.baseline_taken",
    Text(
        "Baseline {number} of the return kept, as of {day}: {note}",
        "投資対効果の基準値 第{number}版を保存（{day}時点）: {note}",
    ),
)
register(
    "insight.start.answered",
    Text(
        "Start: greatest problem “{problem_en}”, team “{team_en}”, beginning with {part_en}",
        "はじめの質問に回答: 最大の課題「{problem_ja}」、チーム「{team_ja}」、対象「{part_ja}」",
    ),
)
register(
    "insight.start.baseline_taken",
    Text("Baseline {number} of the start kept, as of {day}", "開始時の基準値 第{number}版を保存（{day}時点）"),
)
register(
    "insight.start.baseline_replaced",
    Text(
        "Baseline {number} of the start kept, as of {day}: {why}",
        "開始時の基準値 第{number}版を保存（{day}時点）: {why}",
    ),
)
register("insight.start.widened", Text("Every page shown to everyone", "全員にすべての画面を表示"))
register("insight.start.narrowed", Text("Only the pages of the focus shown", "選んだ課題の画面だけを表示"))
register(
    "insight.start.exported", Text("Result since the start exported ({rows} rows)", "開始時との比較を出力（{rows}行）")
)
register("insight.budget.exported", Text("Balance of {rows} months exported", "予算配分{rows}か月分を出力"))
register("insight.contribution.exported", Text("Contribution exported ({rows} rows)", "貢献利益を出力（{rows}行）"))
register(
    "insight.backtest.exported",
    Text("Backtest {backtest} exported ({rows} rows)", "過去データ検証 {backtest} を出力（{rows}行）"),
)
register(
    "insight.risk_models.exported",
    Text("List of risk models exported ({rows} rows)", "リスクモデルの一覧を出力（{rows}行）"),
)
register(
    "insight.budget.planned",
    Text(
        "Budget of {month} for {side_en} planned: {money}, {hours} hours",
        "{month}の{side_ja}の予算を設定: {money}、{hours}時間",
    ),
)
register(
    "insight.budget.phase_set",
    Text(
        "Business phase from {month}: {phase_en}, {share} % for existing customers",
        "{month}からの事業フェーズを{phase_ja}に設定（既存顧客への配分{share}%）",
    ),
)
register(
    "insight.comment.written",
    Text("Comment on {about_en}, {period_en}, written", "{period_ja}の{about_ja}にコメントを追加"),
    personal=True,
)
register(
    "insight.comment.withdrawn",
    Text("Comment on {about_en}, {period_en}, taken back", "{period_ja}の{about_ja}のコメントを取り消し"),
)
register(
    "insight.report.named",
    Text(
        "{member} gets the executive dashboard by mail on day {day} of each month",
        "{member}に経営ダッシュボードを毎月{day}日にメール送信する設定を保存",
    ),
    personal=True,
)
register(
    "insight.report.dropped",
    Text("{member} no longer gets the executive dashboard by mail", "{member}への経営ダッシュボードのメール送信を停止"),
    personal=True,
)
