"""The picture of a playbook's flow: one column, arms side by side, right-angled wires; drawn on the server."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nenrin.playbooks.documents.playbooks import Step
from nenrin.values import Text
from nenrin.web.charts.scale import unit

WIDE, GAP, BETWEEN, EMPTY = 208.0, 30.0, 28.0, 72.0
TALL, SHORT, DIAMOND = 58.0, 44.0, 72.0
LABEL, LEAD = 20.0, 8.0
MARGIN = 8.0
#: Up to here a picture may be scaled down to its place.
WIDEST = 520.0
NONE = Text("", "")


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a node: the kind, the sentence, a second line."""

    kind: Text
    title: Text
    under: Text = NONE


@dataclass(frozen=True, slots=True)
class Node:
    """A card, a diamond or the goal's rounded card, at its place. `part` is what its link opens."""

    part: str
    shape: str
    x: str
    y: str
    width: str
    height: str
    radius: str
    points: str
    lines: tuple[tuple[str, str, str, str], ...]  # x, y, class, words
    name: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: str
    height: str
    nodes: tuple[Node, ...]
    wires: tuple[str, ...]
    labels: tuple[tuple[str, str, str, str], ...]  # x, y, class, words
    is_wide: bool = False


@dataclass(slots=True)
class _Pen:
    language: str
    here: str
    words: Mapping[str, Words]
    arms: Mapping[str, tuple[Text, Text]]
    nodes: list[Node] = field(default_factory=list)
    wires: list[str] = field(default_factory=list)
    labels: list[tuple[str, str, str, str]] = field(default_factory=list)


def draw(
    trigger: Words, steps: tuple[Step, ...], goal: Words | None, words: Mapping[str, Words],
    arms: Mapping[str, tuple[Text, Text]], *, here: str, language: str,
) -> Picture:  # fmt: skip
    """`words` and `arms` by the steps' keys; arms only of steps that have two."""
    pen = _Pen(language, here, words, arms)
    wide = max(_width(steps, arms), WIDE + 72)
    middle = wide / 2 + MARGIN
    foot = _card(pen, "trigger:0", trigger, middle, MARGIN, WIDE + 72, 4)
    foot = _column(pen, steps, middle, foot)
    if goal:
        _wire(pen, middle, foot, foot + BETWEEN)
        foot = _card(pen, "goal", goal, middle, foot + BETWEEN, WIDE, 29, centred=True)
    nodes = tuple(pen.nodes)
    return Picture(
        unit(wide + 2 * MARGIN), unit(foot + MARGIN), nodes, tuple(pen.wires), tuple(pen.labels), wide > WIDEST
    )


def _width(steps: tuple[Step, ...], arms: Mapping[str, object]) -> float:
    return max((_step_width(one, arms) for one in steps), default=EMPTY)


def _step_width(step: Step, arms: Mapping[str, object]) -> float:
    if step.key not in arms:
        return WIDE
    return max(WIDE, _width(step.then, arms) + GAP + _width(step.otherwise, arms))


def _column(pen: _Pen, steps: tuple[Step, ...], middle: float, top: float, lead: float = BETWEEN) -> float:
    for one in steps:
        _wire(pen, middle, top, top + lead)
        top, lead = _node(pen, one, middle, top + lead), BETWEEN
    return top


def _node(pen: _Pen, step: Step, middle: float, top: float) -> float:
    words, part = pen.words[step.key], f"step:{step.key}"
    if step.key not in pen.arms:
        return _card(pen, part, words, middle, top, WIDE, 4)
    foot = (
        _diamond(pen, part, words, middle, top)
        if step.kind == "branch"
        else _card(pen, part, words, middle, top, WIDE, 4)
    )
    return _split(pen, step, middle, foot)


def _split(pen: _Pen, step: Step, middle: float, top: float) -> float:
    """Two arms below, which join again."""
    left, right = _width(step.then, pen.arms), _width(step.otherwise, pen.arms)
    first = middle - (left + GAP + right) / 2 + left / 2
    second = middle + (left + GAP + right) / 2 - right / 2
    bend = top + BETWEEN / 2
    names = pen.arms[step.key]
    feet = []
    for at, arm, name, anchor in ((first, step.then, names[0], ""), (second, step.otherwise, names[1], "end ")):
        pen.wires.append(f"M{unit(middle)} {unit(top)}V{unit(bend)}H{unit(at)}V{unit(bend + LABEL)}")
        aside = -6 if anchor else 6
        pen.labels.append((unit(at + aside), unit(bend + 15), anchor + "quiet", name.in_(pen.language)))
        feet.append(_column(pen, arm, at, bend + LABEL, LEAD))
    foot = max(feet) + BETWEEN / 2
    for at, end in zip((first, second), feet, strict=True):
        pen.wires.append(f"M{unit(at)} {unit(end)}V{unit(foot)}H{unit(middle)}")
    return foot


def _wire(pen: _Pen, x: float, top: float, foot: float) -> None:
    pen.wires.append(f"M{unit(x)} {unit(top)}V{unit(foot)}")


def _card(
    pen: _Pen, part: str, words: Words, middle: float, top: float, wide: float, radius: float, *, centred: bool = False
) -> float:
    under = words.under.in_(pen.language)
    tall = TALL if under else SHORT
    x = middle if centred else middle - wide / 2 + 12
    room, look = wide - (40 if centred else 24), "mid " if centred else ""
    lines = [(unit(x), unit(top + 18), look + "quiet", words.kind.in_(pen.language)),
             (unit(x), unit(top + 36), look + "strong", fitted(words.title.in_(pen.language), room))]  # fmt: skip
    if under:
        lines.append((unit(x), unit(top + 51), look + "quiet", fitted(under, room)))
    shape = {
        "x": unit(middle - wide / 2),
        "y": unit(top),
        "width": unit(wide),
        "height": unit(tall),
        "radius": unit(min(radius, tall / 2)),
    }
    pen.nodes.append(
        Node(part, "card", points="", lines=tuple(lines), name=_name(pen, words), is_here=part == pen.here, **shape)
    )
    return top + tall


def _diamond(pen: _Pen, part: str, words: Words, middle: float, top: float) -> float:
    half, high = WIDE / 2 + 8, DIAMOND / 2
    points = f"M{unit(middle)} {unit(top)} {unit(middle + half)} {unit(top + high)} {unit(middle)} {unit(top + DIAMOND)} {unit(middle - half)} {unit(top + high)}z"
    lines = ((unit(middle), unit(top + high - 4), "mid quiet", words.kind.in_(pen.language)),
             (unit(middle), unit(top + high + 12), "mid strong", fitted(words.title.in_(pen.language), WIDE * 0.68)))  # fmt: skip
    pen.nodes.append(Node(part, "diamond", "", "", "", "", "", points, lines, _name(pen, words), part == pen.here))
    return top + DIAMOND


def _name(pen: _Pen, words: Words) -> str:
    return f"{words.kind.in_(pen.language)}: {words.title.in_(pen.language)}"


def fitted(words: str, room: float, size: Callable[[str], float] | None = None) -> str:
    """As much of the words as fits, with an ellipsis; a wide character is 12 units, a narrow one about 6.8.

    >>> fitted("更新前レビューのご案内を送る", 100)
    '更新前レビュー…'
    """
    measure = size or _size
    if measure(words) <= room:
        return words
    kept = ""
    for char in words:
        if measure(kept + char) > room - 12:
            break
        kept += char
    return kept.rstrip() + "…"


def _size(words: str) -> float:
    return sum(12 if unicodedata.east_asian_width(char) in "WFA" else 6.8 for char in words)
