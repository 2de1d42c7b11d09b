"""Changes of one mail's row where hundreds are made in a second: prepared statements, conditional on the claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db import connection

from nenrin.foundation.models import Mail, Suppression
from nenrin.foundation.models.mail import MailState

_MAILS: Final = Mail._meta.db_table
_SUPPRESSIONS: Final = Suppression._meta.db_table
#: Where a mail is still this worker's: its lease may have run out, but nobody else claimed it.
OPEN: Final = (MailState.CLAIMED, MailState.UNKNOWN)


def change(
    mail: Mail, columns: Mapping[str, Any], *, states: Sequence[MailState] = OPEN, is_untouched: bool = False
) -> bool:
    """Write columns of a mail that is this claim's and in one of these states; False where it is not."""
    values = [_adapted(value) for value in columns.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(tuple(columns), len(states), is_untouched),
            [*values, mail.pk, mail.claimed_by, *(state.value for state in states)],
        )
        return bool(cursor.rowcount)


def refusals(keys: Sequence[str]) -> list[tuple[str, str]]:
    """(kind, reason) of every suppression of these address keys."""
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT kind, reason FROM {_SUPPRESSIONS} WHERE address_key IN ({places})", list(keys))
        return list(cursor.fetchall())


@cache
def _statement(names: tuple[str, ...], states: int, is_untouched: bool) -> str:
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(name)} = %s" for name in names)
    within = ", ".join(["%s"] * states)
    untouched = " AND attempted_at IS NULL" if is_untouched else ""
    return f"UPDATE {_MAILS} SET {sets} WHERE id = %s AND claimed_by = %s AND state IN ({within}){untouched}"


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
