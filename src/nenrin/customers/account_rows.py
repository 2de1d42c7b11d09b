"""Rows of accounts on their way in: cleaned, built, compared, saved. The verbs are in `accounts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nenrin.customers import attributes, cleaning, fields, names, parents, tags
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.customers.grading import GRADES
from nenrin.customers.models import Account, AccountTag, AttributeField
from nenrin.customers.saving import save_all
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk
from nenrin.foundation.search import index_text
from nenrin.values import Text

_tags = cleaning.texts(60, 50)
OTHERS = ("parent", "tags", "attributes")
#: Every column that `save` writes besides version and time.
SAVED = (
    *fields.ACCOUNT,
    "parent",
    "attributes",
    "search",
    "match_name",
    "archived_at",
    "merged_into",
    *GRADES,
)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one account; `version` is the one that its author saw."""

    account: int
    fields: Mapping[str, object]
    version: int | None = None


Prepared = dict[str, Any]
#: account, what the changed fields were, tags to set (None: leave)
Applied = tuple[Account, dict[str, Any], tuple[str, ...] | None]


def prepared(
    given: Mapping[str, object], declared: Sequence[AttributeField] | None = None
) -> tuple[Prepared, list[Fault]]:
    """Cleaned columns, `parent`, `tags` and `attributes` of what was given, and the faults."""
    kept, faults = fields.clean(fields.ACCOUNT, {k: v for k, v in given.items() if k not in OTHERS})
    ready: Prepared = dict(kept)
    if "parent" in given:
        ready["parent"] = given["parent"]
        if not isinstance(given["parent"], Account | None):
            faults.append(Fault("parent", Text("expected an account", "顧客を指定"), given["parent"]))
    if "tags" in given:
        try:
            ready["tags"] = _tags(given["tags"])
        except cleaning.Wrong as wrong:
            faults.append(Fault("tags", wrong.text, given["tags"]))
    if "attributes" in given:
        faults += _attributes(given["attributes"], ready, declared)
    return ready, faults


def _attributes(given: object, ready: Prepared, declared: Sequence[AttributeField] | None) -> list[Fault]:
    if not isinstance(given, Mapping):
        return [Fault("attributes", Text("expected names and values", "項目名と値の組"), given)]
    known = attributes.declared() if declared is None else declared
    ready["attributes"], faults = attributes.clean(given, known)
    return faults


def missing(given: Mapping[str, object]) -> list[Fault]:
    """Fields without which there is no account."""
    return [] if "name" in given else [Fault("name", Text("must not be empty", "必須"))]


def built(
    rows: Sequence[Mapping[str, object]], *, at: datetime, today: date
) -> tuple[list[Account], list[tuple[str, ...]]]:
    """Unsaved accounts and their tags; raises Refused with each row's index before the field where there are several."""
    declared = attributes.declared()
    made, tagged, faults = [], [], []
    for index, given in enumerate(rows):
        ready, wrong = prepared(given, declared)
        wrong += missing(given)
        faults += [Fault(f"{index}.{f.field}", f.text, f.value) for f in wrong] if len(rows) > 1 else wrong
        if not wrong:
            made.append(_one(ready, at, today))
            tagged.append(ready.get("tags", ()))
    if faults:
        raise Refused(faults)
    return made, tagged


def _one(ready: Prepared, at: datetime, today: date) -> Account:
    columns = {name: value for name, value in ready.items() if name not in OTHERS}
    attributes = {key: value for key, value in ready.get("attributes", {}).items() if value is not None}
    account = bulk.made(Account, created_at=at, changed_at=at, attributes=attributes, **columns)
    if "parent" in ready:
        account.parent = ready["parent"]
    _follow_status(account, columns, today)
    index(account)
    return account


def index(account: Account) -> None:
    """What it is found by."""
    account.search = index_text(account.name, account.kana, account.domain, account.corporate_number)[:700]
    account.match_name = names.matching(account.name)[:200]


def _follow_status(account: Account, given: Mapping[str, object], today: date) -> None:
    """A lost account has the day it was lost; one that is a customer again has none."""
    if account.status == Status.LOST and account.lost_on is None:
        account.lost_on = today
    if account.status == Status.CUSTOMER and "lost_on" not in given:
        account.lost_on = None


def applied(changes: Sequence[Change], stand: Mapping[int, Account], today: date) -> list[Applied]:
    """The changes put into the rows as they stand (unsaved). Raises Refused, ParentCycle, Conflict."""
    declared = attributes.declared() if any("attributes" in change.fields for change in changes) else []
    ready = [prepared(change.fields, declared) for change in changes]
    several = len(changes) > 1
    faults = [
        Fault(f"{index}.{f.field}" if several else f.field, f.text, f.value)
        for index, (_, wrong) in enumerate(ready)
        for f in wrong
    ]
    if faults:
        raise Refused(faults)
    worn = _worn([change.account for change, (values, _) in zip(changes, ready, strict=True) if "tags" in values])
    return [
        _apply(change, values, stand[change.account], worn, today)
        for change, (values, _) in zip(changes, ready, strict=True)
    ]


def _apply(
    change: Change, ready: Prepared, account: Account, worn: Mapping[int, tuple[str, ...]], today: date
) -> Applied:
    stand_at(account, change.version, {**ready, **dict(change.fields)})
    before: dict[str, Any] = {}
    for name, value in ready.items():
        if name == "attributes":
            value = {k: v for k, v in {**account.attributes, **value}.items() if v is not None}
        stands = worn.get(account.pk, ()) if name == "tags" else getattr(account, name)
        if stands == value or (name == "tags" and set(stands) == set(value)):
            continue
        before[name] = stands
        if name == "parent":
            parents.refuse_cycle(account, value)
        if name != "tags":
            setattr(account, name, value)
    if before:
        _follow_status(account, ready, today)
        index(account)
    return account, before, ready.get("tags") if "tags" in before else None


def stand_at(account: Account, version: int | None, mine: Mapping[str, object]) -> None:
    """Raise Conflict where `version` is given and is not the one that stands."""
    if version is not None and version != account.version:
        theirs = {name: getattr(account, name) for name in mine if name != "tags"}
        raise Conflict(f"account-{account.pk}", asked=version, stands=account.version, mine=mine, theirs=theirs)


def _worn(ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    through = AccountTag.objects.filter(account__in=list(ids)).order_by("tag__name")
    for account, tag in through.values_list("account_id", "tag__name"):
        found[account] = (*found.get(account, ()), tag)
    return found


def save(accounts: Sequence[Account], at: datetime, columns: Sequence[str] = SAVED) -> None:
    """Write these columns with one version up."""
    for account in accounts:
        account.version += 1
        account.changed_at = at
    save_all(accounts, [*columns, "version", "changed_at"])


def set_tags(accounts: Sequence[Account], wanted: Sequence[tuple[str, ...] | None]) -> None:
    """Replace the tags of the accounts for which some are given."""
    given = [(account, words) for account, words in zip(accounts, wanted, strict=True) if words is not None]
    if given:
        AccountTag.objects.filter(account__in=[account.pk for account, _ in given]).delete()
        wear([account for account, _ in given], [words for _, words in given])


def wear(accounts: Sequence[Account], wanted: Sequence[tuple[str, ...]]) -> None:
    """Give tags to accounts that have none."""
    words = [word for each in wanted for word in each]
    if words:
        known = {tag.name: tag.pk for tag in tags.named(words)}
        pairs = [(account.pk, known[word]) for account, each in zip(accounts, wanted, strict=True) for word in each]
        rows = [AccountTag(account_id=account, tag_id=tag) for account, tag in pairs]
        AccountTag.objects.bulk_create(rows, ignore_conflicts=True)


def said(account: Account, before: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Before and after for the journal, without the values of attributes (some are personal) and tags."""
    plain = {}
    for name, was in before.items():
        if name not in {"attributes", "tags"}:
            now = getattr(account, name)
            plain[name] = [
                str(was) if isinstance(was, Account) else was,
                str(now) if isinstance(now, Account) else now,
            ]
    return plain
