"""The journal's sentences for webhooks."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("foundation.webhook.exported", Text("{rows} webhooks exported", "Webhook{rows}件を出力"))
register(
    "foundation.message.exported", Text("{rows} messages of a webhook exported", "Webhookの送信履歴{rows}件を出力")
)
register("foundation.webhook.opened", Text("Webhook “{name}” added", "Webhook「{name}」を追加"))
register("foundation.webhook.changed", Text("Webhook “{name}” changed", "Webhook「{name}」を変更"))
register("foundation.webhook.disabled", Text("Webhook “{name}” stopped: {why}", "Webhook「{name}」を停止: {why}"))
register("foundation.webhook.enabled", Text("Webhook “{name}” started again", "Webhook「{name}」を再開"))
register(
    "foundation.webhook.rotated", Text("New signing secret for webhook “{name}”", "Webhook「{name}」の署名鍵を更新")
)
register("foundation.webhook.failed", Text("Webhook “{name}” given up: {why}", "Webhook「{name}」の送信を断念: {why}"))
register("foundation.webhook.replayed", Text("Webhook “{name}” sent again", "Webhook「{name}」を再送"))
