"""Another colleague looks after the account in a phase: one who is named, or by a rule."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers import ownership
from nenrin.customers.statuses import Phase, word
from nenrin.foundation.models import Member
from nenrin.playbooks.documents.params import Choices, Param, Setting, Values, named
from nenrin.playbooks.steps import people, shares
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, Skipped, StepKind, Turn
from nenrin.values import Text

NAMED = "named"
MEMBER = Param("member", Text("This colleague", "特定のメンバー"), "choice", source="members", required=False)
WHO: Choices = ((NAMED, Text("A colleague named below", "下で指定するメンバー")), *shares.RULES)
PHASES = tuple((one.value, word(one)) for one in Phase)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    phase = named(PHASES, values["phase"])
    who = named(setting.of(MEMBER), values["member"]) if _is_named(values) else named(WHO, values["who"])
    return Text(f"{who.en} becomes {phase.en.lower()}", f"{who.ja}を{phase.ja}にする")


def lacks(values: Values) -> Text | None:
    if values["member"]:
        return None
    if _is_named(values):
        return Text("a colleague, or a rule by which one is found", "メンバー、またはメンバーを決めるルール")
    if values["who"] == shares.ROUTING or Phase(values["phase"]) in shares.ROLES:
        return None
    return Text(
        "a named colleague or the routing rules: the other rules choose among CSMs",
        "特定のメンバー、または担当割り当てルール（他のルールの候補はCSM）",
    )


def act(turn: Turn) -> Outcome:
    values, phase = turn.values, Phase(turn.values["phase"])
    if _is_named(values):
        member = Member.objects.filter(pk=int(values["member"] or 0), is_active=True).first()
        if member is None:
            return Failed(Text("The colleague has gone", "メンバーが在籍していない"))
    elif (found := shares.chosen(turn, values["who"], phase)) is None:
        return Skipped(
            Text("Nobody is there who has room: the owner stays", "余力のある担当候補がいないため、担当はそのまま")
        )
    else:
        member = found
    before = (
        turn.account.assignments.filter(phase=phase, until_on__isnull=True).values_list("member", flat=True).first()
    )
    ownership.assign(turn.account, member, phase=phase, by=turn.by, at=turn.at)
    turn.kept.assigned(turn.account, phase, before, member.pk)
    return Done({**people.noted(member), "en": member.name, "ja": member.name})


def _is_named(values: Values) -> bool:
    return bool(values["member"]) or values["who"] == NAMED


KIND = StepKind(
    "set_owner",
    Text("Owner", "担当を変更"),
    (
        Param("who", Text("Who", "担当の決め方"), "choice", WHO, default=NAMED),
        MEMBER,
        Param("phase", Text("As", "役割"), "choice", PHASES, default=Phase.PRIMARY.value),
    ),
    says,
    act,
    lacks=lacks,
    hint=Text(
        "A named colleague goes before a rule. As owner of the onboarding, onboarding colleagues have their turn as well.",
        "メンバーを指定すると、ルールより優先。役割がオンボーディング担当なら、オンボーディング担当者も候補。",
    ),
)
