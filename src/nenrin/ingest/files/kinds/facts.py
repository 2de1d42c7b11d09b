"""What the kinds have in common whose rows are facts about an account: tickets, answers, costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from nenrin.ingest.facts.upserts import Written
from nenrin.ingest.files.kinds import accounts_of
from nenrin.ingest.files.kinds.shape import Context, Footprint, Kept, Result
from nenrin.ingest.files.records import Record
from nenrin.ingest.models.facts import Imported

T = TypeVar("T")
M = TypeVar("M", bound=Imported)


def manner(context: Context) -> dict[str, Any]:
    """The keyword arguments that every fact's `put` takes."""
    return {
        "namespace": context.namespace,
        "by": context.by,
        "at": context.at,
        "zone": context.zone,
        "knowing": context.knowing,
    }


def put(
    records: Sequence[Record],
    context: Context,
    told: Callable[[Record, Any], T | Result],
    write: Callable[[Sequence[T]], Sequence[Written[Any]]],
    *,
    needs_account: bool = True,
) -> list[Result]:
    """Find each row's account, make it a fact, write all facts at once; refused rows keep their place.

    Without `needs_account` a row that names no account at all is told with None.
    """
    accounts = accounts_of.of_rows(records, context.namespace)
    drafts = [
        told(record, None) if not needs_account and not accounts_of.names_one(record) else _told(record, accounts, told)
        for record in records
    ]
    written = iter(write([draft for draft in drafts if not isinstance(draft, Result)]))
    return [
        draft if isinstance(draft, Result) else result(record, next(written))
        for record, draft in zip(records, drafts, strict=True)
    ]


def _told(record: Record, accounts: accounts_of.Accounts, told: Callable[[Record, Any], T | Result]) -> T | Result:
    account = accounts.of(record)
    return account if isinstance(account, Result) else told(record, account)


def result(record: Record, written: Written[Any]) -> Result:
    return Result(record.number, written.outcome, written.row.pk, written.version, written.before)


def standing(
    model: type[M], records: Sequence[Record], context: Context, identity: Callable[[Record], str]
) -> dict[str, M]:
    """What already stands of these rows, by key: a blank cell leaves it as it is."""
    wanted = {identity(record) for record in records}
    rows = model._default_manager.filter(namespace=context.namespace, key__in=wanted, retracted_at__isnull=True)
    return {row.key: row for row in rows}  # type: ignore[attr-defined, misc]


def cell(record: Record, name: str, there: Imported | None, default: Any = "") -> Any:
    """The value of a cell; where it is blank what stands there, where nothing stands the default."""
    value = record.values.get(name)
    if value is None or value == "":
        return default if there is None else getattr(there, name)
    return value


def whose(record: Record, account: int | None, there: Any) -> int | None:
    """The account that a row names; where it names none, whose the row is that stands there."""
    if account is not None or there is None or accounts_of.names_one(record):
        return account
    owner: int | None = there.account_id
    return owner


class _Retract(Protocol):
    def __call__(self, ids: Sequence[int], *, by: Any, at: Any) -> None: ...


class _Restore(Protocol):
    def __call__(self, row: Any, before: Mapping[str, Any], *, by: Any, at: Any, zone: Any) -> None: ...


def undoing(
    model: type[Imported], retract: _Retract, restore: _Restore
) -> Callable[[Sequence[Footprint], Context], Kept]:
    """Take rows back: those made are retracted, those changed get their old columns; later versions stay."""

    def undo(footprints: Sequence[Footprint], context: Context) -> Kept:
        rows: dict[int, Any] = model._default_manager.select_for_update().in_bulk([step.subject for step in footprints])
        kept = {
            step.number for step in footprints if step.subject in rows and rows[step.subject].version != step.version
        }
        gone = [s for s in footprints if s.subject in rows and s.number not in kept]
        retract([s.subject for s in gone if s.outcome == "created"], by=context.by, at=context.at)
        for step in gone:
            if step.outcome == "updated":
                restore(
                    rows[step.subject],
                    _restored(model, step.before),
                    by=context.by,
                    at=context.at,
                    zone=context.zone,
                )
        return kept

    return undo


def _restored(model: type[Imported], before: Mapping[str, object]) -> dict[str, Any]:
    """Columns as JSON kept them, as the model holds them."""
    columns = {column.attname: column for column in model._meta.concrete_fields}
    return {name: columns[name].to_python(value) for name, value in before.items()}
