"""What is wrong with a written playbook: each problem names the step and the field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """At `path` (for programs) and `where` (for people) stood `value`; `expected` says what belongs there."""

    path: str
    where: Text
    value: object
    expected: Text
    nearest: str | None = None

    @property
    def text(self) -> Text:
        """
        >>> where = Text("Step 3 (mail), subject", "手順3（メール）の件名")
        >>> Problem("steps[2].subject", where, None, Text("a text in Japanese", "日本語の文")).text.en
        'Step 3 (mail), subject: nothing stands here; expected a text in Japanese.'
        """
        stood_en = "nothing stands here" if self.value in (None, "") else f"{_short(self.value)} does not fit"
        stood_ja = "値なし" if self.value in (None, "") else f"「{_short(self.value)}」は使えません"
        en = f"{self.where.en}: {stood_en}; expected {self.expected.en}."
        ja = f"{self.where.ja}: {stood_ja}（{self.expected.ja}を指定）。"
        if self.nearest:
            return Text(f"{en} Did you mean {self.nearest!r}?", f"{ja}「{self.nearest}」ではありませんか。")
        return Text(en, ja)

    @property
    def gone(self) -> Text:
        """The same of something that was there once.

        >>> Problem("steps[0].member", Text("Step 2, colleague", "手順2の担当"), "7", Text("", "")).gone.en
        'Step 2, colleague: “7” is gone.'
        """
        value = _short(self.value)
        return Text(f"{self.where.en}: “{value}” is gone.", f"{self.where.ja}: 「{value}」は利用できません。")


class Unreadable(ValueError):
    """A playbook could not be read: each problem says at which step and field, what stood there and what belongs there."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text.en for problem in self.problems))


def nearest(word: object, words: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(str(word), list(words), n=1, cutoff=0.5)), None)


def _short(value: object) -> str:
    words = str(value)
    return words if len(words) <= 60 else words[:59] + "…"
