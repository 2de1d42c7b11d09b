"""What speaks against a move: criteria of the stage that is left and of the one that is entered, and going back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nenrin.analytics.conditions import Field, Unreadable
from nenrin.insight import segment_fields, segments
from nenrin.values import Text
from nenrin.work.journeys import documents
from nenrin.work.journeys.documents import Design, Document

Code = Literal["exit", "entry", "back", "outside"]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an account should not move without a word said."""

    code: Code
    text: Text


class Asker:
    """Conditions of many accounts, each asked once; the fields are read at the first question."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._known: dict[str, Field] | None = None

    @property
    def known(self) -> Mapping[str, Field]:
        if self._known is None:
            self._known = segment_fields.fields()
        return self._known

    def holding(self, document: Document, accounts: Sequence[int] | None = None) -> set[int] | None:
        """Of these accounts (None: of all) those for which it holds; None where the condition no longer reads."""
        try:
            return set(segments.accounts_in(document, at=self.at, accounts=accounts, known=self.known))
        except Unreadable:
            return None

    def sentence(self, document: Document) -> Text:
        return segments.sentence(document, self.known)


def objections(
    design: Design, accounts: Mapping[int, str], target: str, asker: Asker
) -> dict[int, tuple[Objection, ...]]:
    """What speaks against these accounts (with the stage of each) coming to `target`; nothing: not in the result."""
    made = dict[int, list[Objection]]()
    there = design.find(target)
    if target and there is None:
        return dict.fromkeys(accounts, (_outside(design, target),))
    for stage, keys in _by_stage(accounts).items():
        here = design.find(stage)
        forward = not target or design.place(stage) < design.place(target)
        if here and forward and here.exits:
            _object(made, keys, "exit", _still(here.name, asker.sentence(here.exits)), asker.holding(here.exits, keys))
        if here and not forward:
            for key in keys:
                made.setdefault(key, []).append(_back(design, stage, target))
    if there and there.enters:
        keys = list(accounts)
        text = _not_yet(there.name, asker.sentence(there.enters))
        _object(made, keys, "entry", text, asker.holding(there.enters, keys))
    return {key: tuple(found) for key, found in made.items()}


def _object(
    made: dict[int, list[Objection]], keys: Sequence[int], code: Code, text: Text, held: set[int] | None
) -> None:
    """A condition that no longer reads speaks against nobody: the designer says that it does not."""
    if held is not None:
        for key in keys:
            if key not in held:
                made.setdefault(key, []).append(Objection(code, text))


def _by_stage(accounts: Mapping[int, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, stage in accounts.items():
        found.setdefault(stage, []).append(key)
    return found


def _still(name: Text, sentence: Text) -> Text:
    return Text(
        f"What {name.en} ends with does not hold yet: {sentence.en}",
        f"「{name.ja}」の完了条件を満たしていない: {sentence.ja}",
    )


def _not_yet(name: Text, sentence: Text) -> Text:
    return Text(
        f"What {name.en} asks for does not hold: {sentence.en}",
        f"「{name.ja}」の開始条件を満たしていない: {sentence.ja}",
    )


def _back(design: Design, stage: str, target: str) -> Objection:
    before, after = (one.name if (one := design.find(key)) else documents.stage_name(key) for key in (stage, target))
    return Objection(
        "back", Text(f"It goes back from {before.en} to {after.en}", f"「{before.ja}」から「{after.ja}」へ戻る移動")
    )


def _outside(design: Design, target: str) -> Objection:
    name = documents.stage_name(target)
    return Objection(
        "outside",
        Text(
            f"The journey {design.name.en} has no stage {name.en}",
            f"ジャーニー「{design.name.ja}」に「{name.ja}」のステージはない",
        ),
    )
