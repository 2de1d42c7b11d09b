"""One of ours is told in the app (and by mail, as they prefer)."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.steps import people
from nenrin.playbooks.steps.shape import Done, Outcome, Skipped, StepKind, Turn
from nenrin.values import Text
from nenrin.work import notices


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    words: Text = values["words"]
    return words


def under(values: Values) -> Text:
    return people.who_words(values)


def act(turn: Turn) -> Outcome:
    member = people.assignee(turn, turn.values["who"])
    if member is None:
        return Skipped(Text("Nobody to tell", "通知する相手がいない"))
    words = Text(
        merging.filled(turn.values["words"].en, people.gaps(turn, "en")),
        merging.filled(turn.values["words"].ja, people.gaps(turn, "ja")),
    )
    url = f"/accounts/{turn.account.pk}"
    notices.tell(member, "playbook", text=words, url=url, account=turn.account, key=turn.key, by=turn.by, at=turn.at)
    return Done({"en": f"{member.name}: {words.en}", "ja": f"{member.name}: {words.ja}", "url": url})


KIND = StepKind(
    "notify",
    Text("Notice", "通知"),
    (
        Param("words", Text("Words", "文面"), "words"),
        Param("who", Text("To whom", "宛先"), "choice", people.WHO, default="owner"),
    ),
    says,
    act,
    reaches="us",
    under=under,
)
