"""The lists of texts, read once, and how one is picked and filled."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from nenrin.values import Text

_HERE = Path(__file__).parent


class Touch(NamedTuple):
    """What was written down after being in touch: `channel` is meeting, call, mail or note."""

    channel: str
    minutes: int
    title: Text
    body: Text


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
    return loaded


def _text(row: dict[str, str]) -> Text:
    return Text(row["en"], row["ja"])


def _touch(row: dict[str, Any]) -> Touch:
    return Touch(row["channel"], row["minutes"], _text(row["title"]), _text(row["body"]))


TOUCHES = {situation: [_touch(row) for row in rows] for situation, rows in _read("touches.yaml").items()}
TICKETS = {kind: [_text(row) for row in rows] for kind, rows in _read("tickets.yaml").items()}
COMMENTS = {kind: [_text(row) for row in rows] for kind, rows in _read("comments.yaml").items()}


def touch(situation: str, rng: np.random.Generator, **words: Text) -> Touch:
    """Return something written in that situation, with the words filled in."""
    picked = TOUCHES[situation][int(rng.integers(len(TOUCHES[situation])))]
    return picked._replace(body=_filled(picked.body, words))


def ticket(kind: str, rng: np.random.Generator, **words: Text) -> Text:
    """Return the subject of an inquiry of that kind."""
    return _filled(TICKETS[kind][int(rng.integers(len(TICKETS[kind])))], words)


def comment(score: int, rng: np.random.Generator) -> Text:
    """Return what somebody who gave this NPS score would add."""
    kind = "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"
    return COMMENTS[kind][int(rng.integers(len(COMMENTS[kind])))]


def _filled(text: Text, words: dict[str, Text]) -> Text:
    english = {key: word.en for key, word in words.items()}
    japanese = {key: word.ja for key, word in words.items()}
    return Text(text.en.format(**english), text.ja.format(**japanese))
