"""Why a look at the past came to nothing: in words that are kept with it, so that those after it go on."""

from __future__ import annotations

from typing import Final

from django.db import InterfaceError, OperationalError

from nenrin.analytics.conditions.problems import Unreadable as UnreadableCondition
from nenrin.analytics.scores.documents import DocumentError
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.replaying.grids import NotKept
from nenrin.values import Text

WITHOUT_RESULT: Final = Text(
    "It ended three times without a result; see the log", "3回とも完了しなかった（ログを参照）"
)
#: Trouble of the database is nobody's fault in a row: the loop tries again.
OF_THE_DATABASE: Final = (OperationalError, InterfaceError)
LONGEST: Final = 300


def is_final(problem: Exception) -> bool:
    """Trying again would end the same way: what is asked cannot be answered."""
    return isinstance(problem, NotKept | Unreadable | UnreadableCondition | DocumentError)


def words(problem: Exception) -> Text:
    """What a reader is told of it."""
    if isinstance(problem, NotKept):
        names = ", ".join(problem.names)
        return Text(f"The past does not know: {names}", f"過去のデータにない項目: {names}")
    if isinstance(problem, Unreadable | UnreadableCondition):
        return problem.problems[0].text
    told = " ".join(str(problem).split())[:LONGEST]
    said = f"{type(problem).__name__}: {told}" if told else type(problem).__name__
    if is_final(problem):
        return Text(f"What is asked cannot be read: {told}", f"内容を読み取れません: {told}")
    return Text(f"It could not be computed ({said}); see the log", f"計算できませんでした（{said}）。ログを参照")
