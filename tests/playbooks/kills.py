"""A process that is gone between two statements, and whoever is told by it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from nenrin.foundation.webhooks import deliver
from nenrin.foundation.webhooks.posting import Answer, Parcel

#: What the database does by itself with the transaction of a process that is gone.
UNDOING = ("ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")


class Killed(BaseException):
    """The process is gone: nothing catches it but its own undoing."""


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    left, is_gone = statements, False

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left, is_gone
        if is_gone and sql.startswith(UNDOING):
            return execute(sql, params, many, context)
        if left == 0:
            is_gone = True
            raise Killed
        left -= 1
        return execute(sql, params, many, context)

    with suppress(Killed), connection.execute_wrapper(count):
        yield
    if is_gone and connection.needs_rollback:  # of a block that has no savepoint of its own
        transaction.set_rollback(False)


class Channel:
    """The other side: it answers as told, and counts what reached it. `unsure`: of those, told by a process that was
    killed, which may not have written down that it told them."""

    def __init__(self) -> None:
        self.answer, self.reached, self.refused, self.unsure = Answer(200, "ok"), 0, 0, 0

    def post(self, parcels: Sequence[Parcel]) -> list[Answer]:
        self.reached += len(parcels)
        self.refused += 0 if self.answer.is_taken else len(parcels)
        return [self.answer for _ in parcels]

    def asked(self, at: datetime) -> int:
        return deliver.step(at, post=self.post, rng=random.Random(0))
