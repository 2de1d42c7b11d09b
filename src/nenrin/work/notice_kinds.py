"""The kinds of notices, by which members say how they want them: the part of a notice's code before its first dot."""

from __future__ import annotations

from typing import Final

from nenrin.values import Text
from nenrin.work.models.notice import Way

OTHER: Final = "other"
#: What each is called, and how it goes by mail unless its member says otherwise; by Slack nothing goes unasked.
KINDS: Final[dict[str, tuple[Text, Way]]] = {
    "task": (Text("A task is given to me, or one I gave is done", "タスクの割り当て・完了"), Way.DIGEST),
    "mention": (Text("Somebody mentions me", "自分へのメンション"), Way.ONCE),
    "meeting": (Text("Meetings: moved, cancelled, mail to match", "打ち合わせの変更・中止"), Way.DIGEST),
    "health": (Text("Health of my accounts changes", "担当顧客のヘルスの変化"), Way.DIGEST),
    "handoff": (Text("Handoffs", "引き継ぎ"), Way.ONCE),
    "promise": (Text("Promises fall due", "約束事の期日"), Way.DIGEST),
    "onboarding": (Text("Onboarding projects", "オンボーディング"), Way.DIGEST),
    "plan": (Text("Success plans", "サクセスプラン"), Way.DIGEST),
    "renewal": (Text("Renewals and notice deadlines", "更新・更新拒絶期限日"), Way.ONCE),
    "opportunity": (Text("Opportunities", "提案機会"), Way.DIGEST),
    "journey": (Text("Stages of the journey", "ジャーニー"), Way.DIGEST),
    "playbook": (Text("Playbooks", "プレイブック"), Way.DIGEST),
    "mail": (Text("Mails that wait for me", "送信前の確認・送信結果"), Way.DIGEST),
    OTHER: (Text("Everything else", "その他"), Way.OFF),
}


def kind_of(code: str) -> str:
    """Which preference a notice follows.

    >>> kind_of("task.assigned"), kind_of("weather.changed")
    ('task', 'other')
    """
    begins = code.partition(".")[0]
    return begins if begins in KINDS else OTHER
