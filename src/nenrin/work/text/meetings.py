"""Planned meetings, their templates, calendars and received mails."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.meeting.planned", Text("Meeting planned: {title}", "打ち合わせを予定: {title}"), personal=True)
register(
    "work.meeting.changed", Text("Planned meeting changed: {title}", "打ち合わせの予定を変更: {title}"), personal=True
)
register(
    "work.meeting.moved",
    Text("Meeting moved to {day_on} {clock}: {title}", "打ち合わせを{day_on} {clock}に変更: {title}"),
    personal=True,
)
register("work.meeting.cancelled", Text("Meeting cancelled: {title}", "打ち合わせを中止: {title}"), personal=True)
register(
    "work.meeting.restored",
    Text("Meeting takes place after all: {title}", "打ち合わせの中止を取り消し: {title}"),
    personal=True,
)
register("work.meeting.held", Text("Meeting held: {title}", "打ち合わせを実施: {title}"), personal=True)
register("work.meeting.exported", Text("Meetings exported: {rows} rows", "打ち合わせを書き出し: {rows}行"))
register("work.agenda.saved", Text("Agenda “{name}” saved", "アジェンダ「{name}」を保存"))
register("work.agenda.archived", Text("Agenda “{name}” archived", "アジェンダ「{name}」をアーカイブ"))
register("work.agenda.restored", Text("Agenda “{name}” restored", "アジェンダ「{name}」を復元"))
register("work.calendar.added", Text("Calendar “{name}” added", "カレンダー「{name}」を追加"), personal=True)
register("work.calendar.ended", Text("Calendar “{name}” taken off", "カレンダー「{name}」を解除"), personal=True)
register("work.feed.opened", Text("Calendar address made", "カレンダー配信URLを発行"))
register("work.feed.revoked", Text("Calendar address revoked", "カレンダー配信URLを無効化"))
register("work.received.taken", Text("Mail received: {title}", "メールを受信: {title}"), personal=True)
register("work.received.exported", Text("Mails to match exported: {rows}", "未照合メール{rows}件を出力"))
register(
    "work.received.matched",
    Text("Received mail put with the account: {title}", "受信メールを顧客に紐付け: {title}"),
    personal=True,
)
register("work.received.ignored", Text("Received mail left out", "受信メールを対象外に設定"))
register("work.attachment.added", Text("File added: {name}", "ファイルを追加: {name}"), personal=True)
register("work.attachment.removed", Text("File removed: {name}", "ファイルを削除: {name}"), personal=True)
register("work.attachment.restored", Text("File restored: {name}", "ファイルを復元: {name}"), personal=True)
