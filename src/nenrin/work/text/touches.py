"""Meetings, calls, mails and notes written down by hand."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.meeting.written", Text("Meeting: {title}", "打ち合わせ: {title}"), personal=True)
register("work.meeting.rewritten", Text("Meeting changed: {title}", "打ち合わせの記録を変更: {title}"), personal=True)
register("work.meeting.retracted", Text("Record of a meeting taken back", "打ち合わせの記録を取り消し"))
register("work.call.written", Text("Call: {title}", "電話: {title}"), personal=True)
register("work.call.rewritten", Text("Call changed: {title}", "電話の記録を変更: {title}"), personal=True)
register("work.call.retracted", Text("Record of a call taken back", "電話の記録を取り消し"))
register("work.mail.written", Text("Mail: {title}", "メール: {title}"), personal=True)
register("work.mail.rewritten", Text("Mail changed: {title}", "メールの記録を変更: {title}"), personal=True)
register("work.mail.retracted", Text("Record of a mail taken back", "メールの記録を取り消し"))
register("work.note.written", Text("Note: {title}", "メモ: {title}"), personal=True)
register("work.note.rewritten", Text("Note changed: {title}", "メモを変更: {title}"), personal=True)
register("work.note.retracted", Text("Note taken back", "メモを取り消し"))
