"""Onboarding: templates, projects, their steps, and what passes through the portal."""

from nenrin.foundation.actions import register
from nenrin.values import Text

_P, _S = "work.onboarding.", "work.onboarding_step."

register(
    "work.onboarding_template.drafted",
    Text(
        "Onboarding template drafted: {name_en} v{number}",
        "オンボーディングのテンプレートを下書き: {name_ja} v{number}",
    ),
)
register(
    "work.onboarding_template.published",
    Text(
        "Onboarding template in use: {name_en} v{number}", "オンボーディングのテンプレートを公開: {name_ja} v{number}"
    ),
)
register(
    "work.onboarding_template.discarded",
    Text(
        "Draft of an onboarding template thrown away: {name_en} v{number}",
        "テンプレートの下書きを破棄: {name_ja} v{number}",
    ),
)
register(
    "work.onboarding_template.archived",
    Text("Onboarding template put away: {template}", "オンボーディングのテンプレートをアーカイブ: {template}"),
)
register("work.onboarding_policy.changed", Text("Onboarding settings changed", "オンボーディングの設定を変更"))

register(
    _P + "started",
    Text("Onboarding started: {name}, planned until {due_on}", "オンボーディングを開始: {name}、完了予定 {due_on}"),
)
register(
    _P + "replanned",
    Text(
        "Onboarding planned anew: {name}, {before} → {due_on}", "オンボーディングを再計画: {name}、{before} → {due_on}"
    ),
    personal=True,
)
register(
    _P + "paused",
    Text("Onboarding paused: {name}. {reason}", "オンボーディングを一時停止: {name}。{reason}"),
    personal=True,
)
register(_P + "resumed", Text("Onboarding taken up again: {name}", "オンボーディングを再開: {name}"))
register(
    _P + "cancelled",
    Text("Onboarding cancelled: {name}, {why_en}", "オンボーディングを中止: {name}、{why_ja}"),
    personal=True,
)
register(_P + "assigned", Text("Onboarding {name} is led by {member}", "オンボーディング {name} の担当: {member}"))
register(
    _P + "closed",
    Text("Onboarding closed: {name}, on day {days}", "オンボーディングを完了: {name}、{days}日目"),
    personal=True,
)
register(
    _P + "completed",
    Text("Onboarding reached its goal: {name}, on day {days}", "オンボーディングの完了条件を達成: {name}、{days}日目"),
)
register(_P + "first_value", Text("First value reached on {on}: {name}", "最初の成功体験を確認（{on}）: {name}"))
register(_P + "behind", Text("Onboarding is behind: {name}", "オンボーディングに遅れ: {name}"))
register(_P + "stuck", Text("Onboarding is stuck: {name}", "オンボーディングが停滞: {name}"))
register(_P + "recovered", Text("Onboarding is on track again: {name}", "オンボーディングが順調に復帰: {name}"))
register(_P + "exported", Text("Onboarding projects exported: {rows}", "オンボーディングの一覧を出力: {rows}件"))

register(_S + "done", Text("Onboarding step done: {step_en}", "ステップ完了: {step_ja}"), personal=True)
register(_S + "approved", Text("Customer approved: {step_en}", "お客様が承認: {step_ja}"), personal=True)
register(_S + "unapproved", Text("Approval taken back: {step_en}", "承認を取り消し: {step_ja}"))
register(
    _S + "reopened", Text("Onboarding step open again: {step_en}", "ステップを未完了に戻す: {step_ja}"), personal=True
)
register(
    _S + "waived",
    Text("Onboarding step waived: {step_en}. {reason}", "ステップを対応不要に: {step_ja}。{reason}"),
    personal=True,
)
register(
    _S + "blocked",
    Text("Onboarding step held: {step_en}. {reason}", "ステップを保留: {step_ja}。{reason}"),
    personal=True,
)
register(_S + "changed", Text("Onboarding step changed: {step_en}", "ステップを変更: {step_ja}"))
register(
    _S + "attended",
    Text("Training {step_en}: {came} of {invited} came", "トレーニング {step_ja}: {invited}名中{came}名が参加"),
)

register(
    "work.onboarding_link.issued",
    Text("Portal link for {contact} until {expires_on}", "お客様ポータルのリンクを発行: {contact}、{expires_on}まで"),
    personal=True,
)
register(
    "work.onboarding_link.revoked",
    Text("Portal link of {contact} revoked", "お客様ポータルのリンクを無効化: {contact}"),
    personal=True,
)
register(
    "work.onboarding_link.opened",
    Text("{contact} opened the portal for the first time", "{contact}がお客様ポータルを初めて開いた"),
    personal=True,
)
register(
    "work.onboarding_message.sent",
    Text("Message to the customer in the portal", "お客様ポータルにメッセージを送信"),
    personal=True,
)
register(
    "work.onboarding_message.received",
    Text("Message from the customer in the portal", "お客様ポータルでメッセージを受信"),
    personal=True,
)
register(
    "work.onboarding_file.added", Text("File in the portal: {file}", "お客様ポータルにファイル: {file}"), personal=True
)
register(
    "work.onboarding_file.removed",
    Text("File in the portal removed: {file}", "お客様ポータルのファイルを削除: {file}"),
    personal=True,
)
register(
    "work.onboarding_file.restored",
    Text("File in the portal put back: {file}", "お客様ポータルのファイルを復元: {file}"),
    personal=True,
)
