"""Success plans, their objectives and milestones."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.plan.opened", Text("Success plan begun: {title}", "サクセスプランを作成: {title}"), personal=True)
register("work.plan.changed", Text("Success plan changed: {title}", "サクセスプランを変更: {title}"), personal=True)
register(
    "work.plan.agreed",
    Text(
        "Success plan agreed with the customer: {title} (edition {edition})",
        "サクセスプランをお客様と合意: {title}（第{edition}版）",
    ),
    personal=True,
)
register("work.plan.achieved", Text("Success plan achieved: {title}", "サクセスプランを達成: {title}"), personal=True)
register(
    "work.plan.abandoned",
    Text("Success plan given up: {title}. Reason: {words}", "サクセスプランを中止: {title}（理由: {words}）"),
    personal=True,
)
register("work.plan.reopened", Text("Success plan goes on: {title}", "サクセスプランを再開: {title}"), personal=True)
register(
    "work.plan.reviewed", Text("Success plan reviewed: {title}", "サクセスプランを振り返り: {title}"), personal=True
)
register("work.plan.shared", Text("Success plan shared until {expires_on}", "サクセスプランを共有（{expires_on}まで）"))
register("work.plan.revoked", Text("Shared link of the success plan revoked", "サクセスプランの共有リンクを無効化"))
register(
    "work.plan.templated",
    Text("Success plan kept as template {name}", "サクセスプランをテンプレート「{name}」として保存"),
)
register("work.plan.untemplated", Text("Template {name} archived", "テンプレート「{name}」をアーカイブ"))
register("work.plan.exported", Text("{rows} success plans exported", "サクセスプラン{rows}件を出力"))
register("work.objective.added", Text("Objective added: {objective}", "目標を追加: {objective}"), personal=True)
register("work.objective.changed", Text("Objective changed: {objective}", "目標を変更: {objective}"), personal=True)
register("work.objective.removed", Text("Objective taken out: {objective}", "目標を削除: {objective}"), personal=True)
register("work.objective.measured", Text("{objective}: {value}", "{objective}: {value}"), personal=True)
register("work.objective.achieved", Text("Objective achieved: {objective}", "目標を達成: {objective}"), personal=True)
register(
    "work.milestone.added", Text("Milestone added: {milestone}", "マイルストーンを追加: {milestone}"), personal=True
)
register(
    "work.milestone.changed", Text("Milestone changed: {milestone}", "マイルストーンを変更: {milestone}"), personal=True
)
register(
    "work.milestone.removed",
    Text("Milestone taken out: {milestone}", "マイルストーンを削除: {milestone}"),
    personal=True,
)
register("work.milestone.done", Text("Milestone done: {milestone}", "マイルストーンを完了: {milestone}"), personal=True)
register(
    "work.milestone.undone",
    Text("Milestone open again: {milestone}", "マイルストーンを未完了に戻す: {milestone}"),
    personal=True,
)
