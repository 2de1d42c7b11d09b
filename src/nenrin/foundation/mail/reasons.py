"""Why a mail was not sent, or how it ended."""

from __future__ import annotations

from typing import Final

from nenrin.values import Text

REASONS: Final[dict[str, Text]] = {
    # not sent
    "hard_bounce": Text("an earlier mail found no such mailbox", "過去の送信で宛先不明"),
    "complaint": Text("an earlier mail was reported as spam", "過去に迷惑メール報告あり"),
    "unsubscribed": Text("the reader does not want it", "配信停止済み"),
    "manual": Text("on the suppression list", "配信停止リストに手動登録"),
    "domain": Text("the whole domain is on the suppression list", "ドメイン全体が配信停止"),
    "no_consent": Text("no consent to marketing on record", "マーケティングの同意記録なし"),
    "no_address": Text("no address", "メールアドレスなし"),
    "unverified": Text("nobody confirmed that this person exists", "担当者が未確認"),
    "left": Text("the person has left", "退職・異動済み"),
    "expired": Text("too late to be of use", "期限切れ"),
    "capped": Text("enough mails already", "送信上限に到達"),
    "held_out": Text("held out for comparison", "比較対象として除外"),
    # cancelled
    "rejected": Text("not approved", "却下"),
    "stopped": Text("stopped by hand", "手動で取り消し"),
    "erased": Text("the person was erased", "個人情報の消去"),
    "overtaken": Text("no longer needed", "不要になったため"),
    # failed
    "refused": Text("refused by the receiving side", "受信側が拒否"),
    "exhausted": Text("tried many times", "再試行の上限"),
    "not_composable": Text("cannot be written as a mail", "メールとして組み立て不可"),
    "provider": Text("refused by the provider", "配信サービスが拒否"),
    "given_up": Text("given up by hand", "手動で打ち切り"),
    # unknown
    "worker_lost": Text("the worker ended while it handed the mail over", "送信処理の途中で停止"),
    "line_lost": Text("the connection broke after the mail was sent, before the answer", "送信後、応答前に接続断"),
    # on the way
    "temporary": Text("put off by the receiving side, will be tried again", "受信側が一時拒否（再試行予定）"),
    "line": Text("the provider could not be reached, will be tried again", "配信サービスに接続不可（再試行予定）"),
    "soft_bounce": Text("bounced for the moment, by the provider's report", "一時的な不達（配信サービスの報告）"),
    "arrived": Text("found to have arrived", "到着を確認"),
}


def of(code: str) -> Text:
    return REASONS.get(code, Text(code, code))
