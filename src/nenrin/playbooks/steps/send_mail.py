"""A mail to one of the customer's people: a draft that a colleague approves, or sent by itself after a pause.

Whoever cannot be written to becomes a task for the owner instead, so that nobody is silently left out.
"""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Contact
from nenrin.foundation.mail import outbox
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models.mail import Kind
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Choices, Param, Setting, Values, listed, named
from nenrin.playbooks.steps import people, times
from nenrin.playbooks.steps.shape import Done, Failed, Hold, Outcome, Skipped, StepKind, Turn
from nenrin.values import Language, Text
from nenrin.work import tasks

APPROVALS: Choices = (
    ("draft", Text("A colleague approves each one", "担当が1通ずつ確認")),
    ("automatic", Text("Sent by itself, after a pause", "自動で送る（保留あり）")),
)
KINDS: Choices = (
    (Kind.ACCOUNT.value, Text("Customer success", "カスタマーサクセスの連絡")),
    (Kind.MARKETING.value, Text("Marketing (with consent only)", "マーケティング（配信同意が必要）")),
)
NOBODY = Text(
    "Nobody to write to: no address, not in these roles, or they want no such mail",
    "宛先なし（アドレス未登録、該当する役割なし、または配信停止・同意なし）",
)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    subject: Text = values["subject"]
    return subject


def under(values: Values) -> Text:
    to = listed([named(people.WHOM, role) for role in values["to"]])
    how = named(APPROVALS, values["approval"])
    return Text(f"To {to.en.lower()}; {how.en.lower()}", f"{to.ja}宛・{how.ja}")


def act(turn: Turn) -> Outcome:
    found = people.whom(turn, turn.values["to"], Kind(turn.values["kind"]))
    if found is None:
        return _handed_on(turn)
    contact, address = found
    most = turn.playbook.limits.caps.per_contact
    if most and people.mails_in_a_week(turn, contact) >= most:
        why = Text(f"The person got {most} mails in 7 days: waits", f"同じ人に7日間で{most}通送信済みのため待機")
        return Hold(turn.at + times.A_DAY, why)
    try:
        mail = _put(turn, contact, address)
    except Refused as refused:
        return Failed(next(iter(refused.faults.values())))
    return Done(
        {"mail": mail.pk, "url": f"/mails/{mail.pk}", "en": mail.subject, "ja": mail.subject}, contact=contact.pk
    )


def _put(turn: Turn, contact: Contact, address: str):  # type: ignore[no-untyped-def]  # a Mail
    language: Language = "en" if contact.language == "en" else "ja"
    known = people.gaps(turn, language, contact)
    subject, body = (merging.filled(turn.values[part].in_(language), known) for part in ("subject", "body"))
    owner = turn.account.owner
    return outbox.put(
        to=Address(address, contact.name), subject=subject[: outbox.MOST_SUBJECT], text=body,
        language=language, kind=Kind(turn.values["kind"]), key=turn.key, account_id=turn.account.pk,
        contact_id=contact.pk, by=turn.by, at=turn.at, draft=turn.values["approval"] == "draft", why=turn.why,
        origin=("playbook", str(turn.run)), reply_to=owner.email if owner else "",
        **({"member_id": owner.pk} if owner else {}),
    )  # fmt: skip


def _handed_on(turn: Turn) -> Outcome:
    """Nobody can be written to: the owner finds another way."""
    member = people.assignee(turn, "owner")
    if member is None:
        return Skipped(NOBODY)
    language: Language = "en" if member.language == "en" else "ja"
    known = people.gaps(turn, language)
    subject = merging.filled(turn.values["subject"].in_(language), known)
    title = Text(f"Reach them another way: {subject}", f"別の方法で連絡: {subject}").in_(language)
    task = tasks.open(
        turn.account, title[:200], assignee=member, due_on=turn.today, by=turn.by, at=turn.at, why=NOBODY,
        body=merging.filled(turn.values["body"].in_(language), known), key=turn.key, origin=("playbook", str(turn.run)),
    )  # fmt: skip
    return Done({"task": task.pk, "url": f"/tasks/{task.pk}", "en": NOBODY.en, "ja": NOBODY.ja})


KIND = StepKind(
    "send_mail",
    Text("Mail", "メール"),
    (
        Param("to", Text("To", "宛先"), "several", people.WHOM, default=("decision_maker", "champion", "operator"),
              hint=Text("The first of these to whom a mail may go.", "上から順に、送信できる最初の人へ。")),
        Param("approval", Text("Approval", "承認"), "choice", APPROVALS, default="draft"),
        Param("kind", Text("Kind of mail", "メールの種類"), "choice", KINDS, default=Kind.ACCOUNT.value),
        Param("subject", Text("Subject", "件名"), "words"),
        Param("body", Text("Body", "本文"), "words", lines=8,
              hint=Text("Whoever cannot be written to becomes a task for the owner.",
                        "送れない宛先には送らず、担当へタスクとして渡す。")),
    ),
    says,
    act,
    reaches="them",
    is_mail=True,
    under=under,
)  # fmt: skip
