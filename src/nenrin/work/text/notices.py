"""How members want to hear of things."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.notice.preferred", Text("Notices set: {kinds}", "通知の受け取り方を変更: {kinds}"))
register("work.notice.tried", Text("Test message sent to Slack: {name}", "Slackへテスト送信: {name}"))
register("work.notice.exported", Text("{rows} notices exported", "通知{rows}件を出力"))
