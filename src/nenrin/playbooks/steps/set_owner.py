"""Another colleague looks after the account in a phase."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers import ownership
from nenrin.customers.statuses import Phase, word
from nenrin.foundation.models import Member
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.values import Text

MEMBER = Param("member", Text("Colleague", "メンバー"), "choice", source="members")
PHASES = tuple((one.value, word(one)) for one in Phase)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    who, phase = named(setting.of(MEMBER), values["member"]), named(PHASES, values["phase"])
    return Text(f"{who.en} becomes {phase.en.lower()}", f"{who.ja}を{phase.ja}にする")


def act(turn: Turn) -> Outcome:
    member = Member.objects.filter(pk=int(turn.values["member"]), is_active=True).first()
    if member is None:
        return Failed(Text("The colleague has gone", "メンバーが在籍していない"))
    ownership.assign(turn.account, member, phase=Phase(turn.values["phase"]), by=turn.by, at=turn.at)
    return Done({"en": member.name, "ja": member.name})


KIND = StepKind(
    "set_owner",
    Text("Owner", "担当を変更"),
    (MEMBER, Param("phase", Text("As", "役割"), "choice", PHASES, default=Phase.PRIMARY.value)),
    says,
    act,
)
