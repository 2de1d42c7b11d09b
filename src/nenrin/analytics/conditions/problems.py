"""What is wrong with a written condition."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """Where (`path`), what stood there, what was expected, and the nearest known word."""

    path: str
    value: object
    expected: Text
    nearest: str | None = None

    @property
    def text(self) -> Text:
        """
        >>> Problem("all[0].field", "teir", Text("the key of a field", "項目のキー"), "tier").text.en
        "all[0].field: 'teir' is not the key of a field. Did you mean 'tier'?"
        """
        value = "nothing" if self.value is None else repr(self.value)
        stood = "値なし" if self.value is None else f"「{self.value}」"
        en = f"{self.path}: {value} is not {self.expected.en}."
        ja = f"{self.path}: {stood}は使えません({self.expected.ja}を指定)。"
        if self.nearest:
            return Text(f"{en} Did you mean {self.nearest!r}?", f"{ja}「{self.nearest}」ではありませんか。")
        return Text(en, ja)


class Unreadable(ValueError):
    """A condition could not be read: each problem says where, what, and what was expected."""

    def __init__(self, problems: tuple[Problem, ...]):
        self.problems = problems
        super().__init__("\n".join(problem.text.en for problem in problems))
