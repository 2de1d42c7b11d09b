"""Tasks and their templates."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.task.opened", Text("Task: {title}", "タスク: {title}"), personal=True)
register("work.task.changed", Text("Task changed: {title}", "タスクを変更: {title}"), personal=True)
register(
    "work.task.assigned",
    Text("Task given to {assignee}: {title}", "タスクを{assignee}に割り当て: {title}"),
    personal=True,
)
register("work.task.finished", Text("Task done: {title}", "タスクを完了: {title}"), personal=True)
register("work.task.dismissed", Text("Task dismissed: {title}", "タスクを見送り: {title}"), personal=True)
register(
    "work.task.snoozed",
    Text("Task put off to {until_on}: {title}", "タスクを{until_on}まであとで: {title}"),
    personal=True,
)
register("work.task.reopened", Text("Task open again: {title}", "タスクを再開: {title}"), personal=True)
register("work.task.withdrawn", Text("Task withdrawn: {title}", "タスクを取り下げ: {title}"), personal=True)
register("work.task.ticked", Text("Ticked: {words} ({title})", "チェック: {words}（{title}）"), personal=True)
register(
    "work.task.unticked", Text("Tick taken off: {words} ({title})", "チェックを外す: {words}（{title}）"), personal=True
)
register("work.task.exported", Text("Tasks exported: {rows} rows", "タスクを書き出し: {rows}行"))
register("work.template.saved", Text("Template “{name}” saved", "テンプレート「{name}」を保存"))
register("work.template.archived", Text("Template “{name}” archived", "テンプレート「{name}」をアーカイブ"))
register("work.template.restored", Text("Template “{name}” restored", "テンプレート「{name}」を復元"))
