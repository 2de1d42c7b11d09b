"""A survey to one of the customer's people: NPS, CSAT or CES by mail, answered on a page that a link opens.

Nobody is asked the same survey twice within its days of rest, and whoever wants no mails is not asked at all.
"""

from __future__ import annotations

from datetime import timedelta

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Contact
from nenrin.engage.surveys import surveys, words
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models.mail import Kind
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Choices, Param, Setting, Values, listed, named
from nenrin.playbooks.steps import people, times
from nenrin.playbooks.steps.send_mail import APPROVALS, NOBODY
from nenrin.playbooks.steps.shape import Done, Failed, Hold, Outcome, Skipped, StepKind, Turn
from nenrin.values import Language, Text

SURVEYS: Choices = tuple(words.NAMES.items())


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(SURVEYS, values["survey"])
    return Text(f"Ask {name.en}", f"{name.ja}アンケートを送る")


def under(values: Values) -> Text:
    to = listed([named(people.WHOM, role) for role in values["to"]])
    how = named(APPROVALS, values["approval"])
    return Text(f"To {to.en.lower()}; {how.en.lower()}", f"{to.ja}宛・{how.ja}")


def act(turn: Turn) -> Outcome:
    found = people.whom(turn, turn.values["to"], Kind.ACCOUNT)
    if found is None:
        return Skipped(NOBODY)
    contact, address = found
    rest = timedelta(days=int(turn.values["rest_days"]))
    last = surveys.last_asked(contact.pk, turn.values["survey"], since=turn.at - rest)
    if last is not None and last.key != turn.key:
        days = (turn.at - last.asked_at).days
        return Skipped(Text(f"Asked {days} days ago", f"{days}日前に同じアンケートを送信済み"))
    most = turn.playbook.limits.caps.per_contact
    if most and people.mails_in_a_week(turn, contact) >= most:
        why = Text(f"The person got {most} mails in 7 days: waits", f"同じ人に7日間で{most}通送信済みのため待機")
        return Hold(turn.at + times.A_DAY, why)
    try:
        asked = surveys.ask(_question(turn, contact, address), by=turn.by, at=turn.at)
    except Refused as refused:
        return Failed(next(iter(refused.faults.values())))
    name = words.NAMES[asked.survey]
    said = {"mail": asked.mail, "url": f"/mails/{asked.mail}", "en": f"{name.en} asked", "ja": f"{name.ja}を送信"}
    return Done(said, contact=contact.pk)


def _question(turn: Turn, contact: Contact, address: str) -> surveys.Question:
    language: Language = "en" if contact.language == "en" else "ja"
    known, values, owner = people.gaps(turn, language, contact), turn.values, turn.account.owner
    intro = values["intro"].in_(language) if values["intro"] else ""
    return surveys.Question(
        account=turn.account, contact=contact, address=address, survey=values["survey"], key=turn.key, language=language,
        subject=merging.filled(values["subject"].in_(language), known), intro=merging.filled(intro, known),
        question=values["question"].in_(language) if values["question"] else "",
        more={"draft": values["approval"] == "draft", "why": turn.why, "origin": ("playbook", str(turn.run)),
              "reply_to": owner.email if owner else ""} | ({"member_id": owner.pk} if owner else {}),
    )  # fmt: skip


KIND = StepKind(
    "survey",
    Text("Survey", "アンケート"),
    (
        Param("survey", Text("Survey", "アンケート"), "choice", SURVEYS, default="nps"),
        Param("to", Text("To", "宛先"), "several", people.WHOM, default=("decision_maker", "champion", "operator"),
              hint=Text("The first of these to whom a mail may go.", "上から順に、送信できる最初の人へ。")),
        Param("approval", Text("Approval", "承認"), "choice", APPROVALS, default="draft"),
        Param("subject", Text("Subject", "件名"), "words"),
        Param("intro", Text("Before the question", "質問の前の文"), "words", required=False, lines=4),
        Param("question", Text("Question", "質問"), "words", required=False,
              hint=Text("Left empty, the usual question of this survey.", "空欄の場合は標準の質問。")),
        Param("rest_days", Text("Not again within (days)", "同じ人に再送しない日数"), "number", default=90, low=0, high=730),
    ),
    says,
    act,
    reaches="them",
    is_mail=True,
    under=under,
)  # fmt: skip
