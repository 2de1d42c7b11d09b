"""`nenrin export`: rows for other programs, as CSV on standard output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import click

from nenrin.cli.output import say_csv
from nenrin.customers.models import Account, Contact
from nenrin.foundation import journal
from nenrin.foundation.models import Entry

ACCOUNTS = (
    "id", "name", "kana", "corporate_number", "domain", "industry", "employees", "prefecture", "status", "tier",
    "touch_model", "owner__email", "mrr_minor", "currency", "seats", "renewal_on", "notice_on", "customer_since", "lost_on",
)  # fmt: skip
CONTACTS = ("id", "account_id", "account__name", "name", "kana", "title", "department", "role", "phone", "left_on")
JOURNAL = ("sequence", "valid_at", "recorded_at", "action", "account", "actor_kind", "actor_key", "sentence", "hash")
CHUNK = 2000


def accounts() -> Iterator[Mapping[str, object]]:
    yield from Account.objects.filter(archived_at__isnull=True).order_by("id").values(*ACCOUNTS).iterator(CHUNK)


def contacts() -> Iterator[Mapping[str, object]]:
    yield from Contact.objects.filter(archived_at__isnull=True).order_by("id").values(*CONTACTS).iterator(CHUNK)


def entries() -> Iterator[Mapping[str, object]]:
    for entry in Entry.objects.filter(sequence__isnull=False).order_by("sequence").iterator(CHUNK):
        row = {name: getattr(entry, name) for name in JOURNAL if name != "sentence"}
        yield row | {"sentence": journal.sentence(entry).en}


WHAT: dict[str, tuple[tuple[str, ...], Callable[[], Iterator[Mapping[str, object]]]]] = {
    "accounts": (ACCOUNTS, accounts),
    "contacts": (CONTACTS, contacts),
    "journal": (JOURNAL, entries),
}


@click.command()
@click.argument("what", type=click.Choice(list(WHAT)))
def command(what: str) -> None:
    """Print accounts, contacts or the sealed journal as CSV. Memory stays flat however many there are."""
    columns, rows = WHAT[what]
    say_csv(rows(), columns)
