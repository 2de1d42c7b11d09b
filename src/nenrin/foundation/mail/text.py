"""The journal's sentences for mails, suppressions, templates, and the settings of sending."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("foundation.mail.drafted", Text("Mail drafted: {subject}", "メールの下書き: {subject}"), personal=True)
register("foundation.mail.edited", Text("Draft changed: {subject}", "下書きを変更: {subject}"), personal=True)
register(
    "foundation.mail.queued", Text("Mail to be sent: {subject}", "メールを送信待ちに追加: {subject}"), personal=True
)
register("foundation.mail.approved", Text("Mail approved: {subject}", "メールを承認: {subject}"), personal=True)
register(
    "foundation.mail.cancelled",
    Text("Mail not sent ({reason}): {subject}", "メールを取り消し（{reason}）: {subject}"),
    personal=True,
)
register(
    "foundation.mail.hurried",
    Text("Mail sent ahead of its time: {subject}", "メールの送信を繰り上げ: {subject}"),
    personal=True,
)
register("foundation.mail.sent", Text("Mail sent: {subject}", "メールを送信: {subject}"), personal=True)
register("foundation.mail.delivered", Text("Mail delivered: {subject}", "メールが到着: {subject}"), personal=True)
register("foundation.mail.bounced", Text("Mail bounced: {subject}", "メールが不達: {subject}"), personal=True)
register(
    "foundation.mail.complained", Text("Mail reported as spam: {subject}", "迷惑メール報告: {subject}"), personal=True
)
register(
    "foundation.mail.failed",
    Text("Mail failed ({reason}): {subject}", "メールの送信失敗（{reason}）: {subject}"),
    personal=True,
)
register(
    "foundation.mail.suppressed",
    Text("Mail not sent ({reason}): {subject}", "メールを送信せず（{reason}）: {subject}"),
    personal=True,
)
register(
    "foundation.mail.unknown",
    Text("Unknown whether this mail arrived: {subject}", "メールの到着が不明: {subject}"),
    personal=True,
)
register(
    "foundation.mail.settled",
    Text("Unknown mail settled ({outcome}): {subject}", "結果不明のメールを処理（{outcome}）: {subject}"),
    personal=True,
)
register("foundation.mail.exported", Text("Mails exported: {rows}", "送信メールを書き出し: {rows}件"))
register("foundation.mail.tested", Text("Test mail: {outcome}", "テストメール: {outcome}"))
register("foundation.sending.configured", Text("Sending of mails set up", "メール送信の設定を変更"))
register("foundation.sending.paused", Text("Sending paused: {why}", "メール送信を停止: {why}"))
register("foundation.sending.resumed", Text("Sending resumed", "メール送信を再開"))
register(
    "foundation.suppression.added", Text("Address suppressed ({reason})", "配信停止に登録（{reason}）"), personal=True
)
register("foundation.suppression.removed", Text("Suppression lifted: {note}", "配信停止を解除: {note}"), personal=True)
register(
    "foundation.suppression.exported", Text("Suppression list exported: {rows}", "配信停止リストを書き出し: {rows}件")
)
register(
    "foundation.consent.recorded", Text("Consent to marketing recorded", "マーケティングの同意を記録"), personal=True
)
register("foundation.preference.changed", Text("Mail preferences changed by the reader", "受信者がメール設定を変更"))
register("foundation.template.exported", Text("{rows} mail templates exported", "メールテンプレート{rows}件を出力"))
register("foundation.template.saved", Text("Mail template “{name}” saved", "メールテンプレート「{name}」を保存"))
register("foundation.template.archived", Text("Mail template “{name}” archived", "メールテンプレート「{name}」を廃止"))
