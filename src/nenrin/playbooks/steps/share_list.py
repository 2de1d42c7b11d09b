"""The account comes on a list that is shared with marketing: a tag, and one notice a day to whoever works the list."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from nenrin.analytics.conditions import Fields
from nenrin.customers import tags
from nenrin.customers.errors import Refused
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.values import Text
from nenrin.work import notices

#: What would end the name of a list within an address, or mean something else there.
_BREAKING: Final = re.compile(r"[%&#+\s]")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = values["list"]
    return Text(f"On the list “{name}” for marketing", f"マーケティングの共有リスト「{name}」に追加")


def act(turn: Turn) -> Outcome:
    name = turn.values["list"]
    try:
        tags.change([turn.account], add=[name], by=turn.by, at=turn.at)
    except Refused as refused:
        return Failed(refused.faults[0].text)
    url = f"/accounts?tag={_BREAKING.sub(lambda found: quote(found[0]), name)}"
    words = Text(f"New accounts on the shared list “{name}”", f"共有リスト「{name}」に新しい顧客")
    for member in Member.objects.filter(role=Role.MARKETER, is_active=True):
        key = f"list-{name}-{turn.today}"
        notices.tell(member, "playbook", text=words, url=url, key=key, by=turn.by, at=turn.at)
    return Done({"en": name, "ja": name, "url": url})


KIND = StepKind(
    "share_list",
    Text("Share with marketing", "マーケティングに共有"),
    (Param("list", Text("List", "リスト名"), "text", source="tags"),),
    says,
    act,
)
