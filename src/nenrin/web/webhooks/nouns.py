"""What an endpoint may be told of, as people choose it: beginnings of journal actions."""

from __future__ import annotations

from typing import Final

from nenrin.foundation.actions import actions
from nenrin.values import Text

_WANTED: Final[dict[str, Text]] = {
    "insight.health.": Text("Health changed its band", "ヘルスの変化"),
    "insight.segment.": Text("Segments entered and left", "セグメントへの出入り"),
    "customers.account.": Text("Accounts", "顧客情報"),
    "customers.contact.": Text("Contacts", "顧客担当者"),
    "customers.subscription.": Text("Subscriptions", "契約"),
    "customers.owner.": Text("Owners", "担当者の変更"),
    "ingest.ticket.": Text("Tickets", "問い合わせ"),
    "ingest.answer.": Text("Survey answers", "アンケート回答"),
    "work.task.": Text("Tasks", "タスク"),
    "work.meeting.": Text("Meetings", "打ち合わせ"),
    "work.handoff.": Text("Handoffs", "引き継ぎ"),
    "work.onboarding.": Text("Onboarding", "オンボーディング"),
    "work.renewal.": Text("Renewals", "更新"),
    "playbooks.": Text("Playbooks", "プレイブック"),
    "foundation.mail.": Text("Mails", "メール"),
}


def _known() -> dict[str, Text]:
    return {code: text for code, text in _WANTED.items() if any(one.startswith(code) for one in actions())}


GROUPS: Final = _known()
