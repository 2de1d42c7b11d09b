"""An onboarding project begins from a template."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers.errors import Refused
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps import people
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.values import Text
from nenrin.work import onboarding

TEMPLATE = Param("template", Text("Template", "テンプレート"), "choice", source="templates")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(setting.of(TEMPLATE), values["template"])
    return Text(f"Begin the onboarding “{name.en}”", f"オンボーディング「{name.ja}」を開始")


def under(values: Values) -> Text:
    return people.who_words(values)


def act(turn: Turn) -> Outcome:
    owner = people.assignee(turn, turn.values["who"])
    try:
        project = onboarding.start(
            turn.account,
            turn.values["template"],
            starts_on=turn.today,
            owner=owner,
            by=turn.by,
            at=turn.at,
            key=turn.key,
        )
    except Refused as refused:
        return Failed(refused.faults[0].text)
    return Done(
        {
            **people.noted(owner),
            "project": project.pk,
            "url": f"/onboarding/{project.pk}",
            "en": project.name,
            "ja": project.name,
        }
    )


KIND = StepKind(
    "start_onboarding",
    Text("Onboarding", "オンボーディングを開始"),
    (TEMPLATE, Param("who", Text("Led by", "担当"), "choice", people.WHO, default="onboarding")),
    says,
    act,
    under=under,
)
