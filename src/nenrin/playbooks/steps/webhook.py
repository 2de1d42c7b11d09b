"""Another system is told: a signed webhook for each run, or Slack, where many runs at once are one message."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.foundation import organisation
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.webhooks import deliveries
from nenrin.foundation.webhooks.endpoints import UnknownEndpoint
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps import gathering, people
from nenrin.playbooks.steps.gathering import EVENT
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.values import Language, Text

ENDPOINT = Param("endpoint", Text("Where to", "送信先"), "choice", source="webhooks",
                 hint=Text("Webhooks and Slack are set up under settings.", "送信先は設定の「Webhook・Slack」で登録。"))  # fmt: skip


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(setting.of(ENDPOINT), values["endpoint"])
    return Text(f"Tell {name.en}", f"{name.ja}に送信")


def under(values: Values) -> Text:
    words: Text = values["words"]
    return words


def act(turn: Turn) -> Outcome:
    language: Language = "en" if organisation.current().language == "en" else "ja"
    text = merging.filled(turn.values["words"].in_(language), people.gaps(turn, language))
    try:
        row = gathering.put(turn, text) if gathering.is_for_people(turn) else _put(turn, text)
    except UnknownEndpoint:
        return Failed(Text("The webhook is not set up any more", "送信先が削除済み"))
    except Refused as refused:
        return Failed(next(iter(refused.faults.values())))
    return Done({"delivery": row, "en": text, "ja": text})


def _put(turn: Turn, text: str) -> int:
    payload = {
        "text": text,
        "playbook": turn.playbook.key,
        "step": turn.step.key,
        "run": turn.run,
        "account": {"id": turn.account.pk, "name": turn.account.name},
    }
    row = deliveries.put(
        int(turn.values["endpoint"]), payload, key=turn.key, by=turn.by, at=turn.at, event=EVENT,
        account_id=turn.account.pk,
    )  # fmt: skip
    return row.pk


KIND = StepKind(
    "webhook",
    Text("Webhook or Slack", "Webhook・Slack"),
    (
        ENDPOINT,
        Param("words", Text("Words", "文面"), "words",
              default=Text("{{account}}: {{reason}}", "{{account}}: {{reason}}")),
    ),
    says,
    act,
    reaches="us",
    under=under,
)  # fmt: skip
