"""From a first look into the installation: the same file through the importer, first its accounts, then its contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.ingest import imports
from nenrin.ingest.files.mappings import FileMapping, Origin
from nenrin.ingest.models import Import
from nenrin.insight.first_look.reading import WHO
from nenrin.insight.first_look.settling import Ends

SOURCE, NAMESPACE = "First look", "first-look"
_READ = 1 << 20


def accounts_of(mapping: FileMapping) -> FileMapping:
    """Each customer once, by its key; where the file has none, by its name."""
    found = {"key": _who(mapping)}
    for field, origin in (("name", "account_name"), ("corporate_number", "corporate_number")):
        if origin in mapping.fields:
            found[field] = mapping.fields[origin]
    found.setdefault("name", found["key"])
    return replace(mapping, kind="accounts", source=SOURCE, namespace=NAMESPACE, fields=found, attributes={}, keys={})


def contracts_of(mapping: FileMapping, ends: Ends) -> FileMapping:
    """Each contract by its key; where the file has none, by customer, product and start."""
    fields = {key: origin for key, origin in mapping.fields.items() if key not in WHO} | {"account_key": _who(mapping)}
    if "key" not in fields:
        parts = [fields[name].column for name in ("account_key", "product", "plan", "starts_on") if name in fields]
        fields["key"] = Origin(join=tuple(part for part in parts if part), between="/")
    if ends == "leaves" and not set(fields) & {"auto_renews", "ended_on"}:
        fields |= _over(fields)
    return replace(mapping, kind="subscriptions", source=SOURCE, namespace=NAMESPACE, fields=fields)


def _over(fields: Mapping[str, Origin]) -> dict[str, Origin]:
    """A row that names an end or a term is over with it; one that names neither still runs."""
    columns = [fields[name].column for name in ("ends_on", "last_day", "term_months") if name in fields]
    told = tuple(column for column in columns if column)
    return {"auto_renews": Origin(join=told, values={"": "yes"}, otherwise="no")} if told else {}


def _who(mapping: FileMapping) -> Origin:
    return next(mapping.fields[name] for name in WHO if name in mapping.fields)


def begin(row: Import, mapping: FileMapping, ends: Ends, *, by: Actor, at: datetime, member: Member) -> Import:
    """Start the accounts and keep the contracts ready behind them. Raises mappings.BadMapping and imports.WrongState."""
    imports.assign(row, accounts_of(mapping), by=by, at=at)
    contracts = imports.upload(
        "subscriptions", source=SOURCE, name=row.name, content=_content(imports.file_of(row)), by=by, at=at, member=member,
    )  # fmt: skip
    imports.assign(contracts, contracts_of(mapping, ends), by=by, at=at)
    imports.start(row, by=by, at=at)
    return contracts


def contracts_behind(row: Import) -> Import | None:
    """The contracts of the same file, once they were made ready."""
    same = Import.objects.filter(kind="subscriptions", source=SOURCE, digest=row.digest, pk__gt=row.pk)
    return same.order_by("-pk").first()


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_READ):
            yield chunk
