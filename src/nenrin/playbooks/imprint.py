"""What has to be settled before a playbook that sends marketing may go live."""

from __future__ import annotations

from typing import Final

from nenrin.foundation.mail import composing, sending
from nenrin.foundation.models.mail import Kind
from nenrin.playbooks.documents.playbooks import Playbook
from nenrin.playbooks.documents.problems import Problem, Unreadable
from nenrin.values import Text

FIRST: Final = Text(
    "the sender's name, postal address and where to ask filled in under Settings, Mail first",
    "設定＞メールの差出人名・住所・問い合わせ先の入力が先に必要",
)


def check(document: Playbook) -> None:
    """Raises Unreadable where a step sends marketing and the settings lack what the law wants under it."""
    steps = [one for one in document.every_step if one.values.get("kind") == Kind.MARKETING and one.kind == "send_mail"]
    if steps and composing.lacks(sending.current()):
        raise Unreadable(Problem(f"{one.key}.kind", _where(one.key), "marketing", FIRST) for one in steps)


def _where(step: str) -> Text:
    return Text(f"Step {step} (mail), kind of mail", f"手順 {step}（メール）の種類")
