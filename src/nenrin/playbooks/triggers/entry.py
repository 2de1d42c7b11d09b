"""Anything that the journal tells of an account."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.foundation.actions import actions
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    known = actions().get(values["action"])
    words = known.sentence if known else Text(values["action"], values["action"])
    en, ja = (plain(one) for one in (words.en, words.ja))
    return Text(f"The journal tells: {en}", f"変更履歴の記録: {ja}")


def plain(sentence: str) -> str:
    """The sentence with an ellipsis for what each entry fills in.

    >>> plain("Tags: {added} added")
    'Tags: … added'
    """
    parts = [part.split("}", 1)[-1] if n else part for n, part in enumerate(sentence.split("{"))]
    return "…".join(parts)


KIND = TriggerKind(
    "entry",
    Text("An entry of the journal", "変更履歴の記録"),
    (Param("action", Text("Kind of entry", "記録の種類"), "choice", source="actions"),),
    says,
    hears=lambda values: (values["action"],),
)
