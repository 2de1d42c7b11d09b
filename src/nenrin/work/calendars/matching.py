"""Whose meeting it is: addresses of contacts first, then the domains of accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from nenrin.customers.models import Account, Contact, ContactEmail
from nenrin.foundation.models import Member

#: Mailboxes that anybody may have: they say nothing of a company.
ANYBODYS: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.co.jp",
        "yahoo.com",
        "outlook.com",
        "outlook.jp",
        "hotmail.com",
        "hotmail.co.jp",
        "icloud.com",
        "me.com",
        "live.jp",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "nifty.com",
    ]
)


@dataclass(frozen=True, slots=True)
class Known:
    """Who is behind addresses, among the accounts that were asked for."""

    contacts: dict[str, Contact]
    members: dict[str, Member]
    domains: dict[str, int]  # of accounts

    def account(self, addresses: Iterable[str]) -> int | None:
        """The account of most of these people; by their domain where no contact is known; None where it is open."""
        listed = [address for address in addresses if address not in self.members]
        by_person = Counter(self.contacts[a].account_id for a in listed if a in self.contacts)
        return _most(by_person) or _most(Counter(self.domains[d] for a in listed if (d := domain(a)) in self.domains))


def known(addresses: Sequence[str], within: QuerySet[Account]) -> Known:
    """Contacts and colleagues with these addresses, and accounts with their domains; three queries."""
    unique = sorted(set(addresses))
    contacts: dict[str, Contact] = {}
    for start in range(0, len(unique), 500):
        rows = ContactEmail.objects.filter(
            address__in=unique[start : start + 500], contact__archived_at__isnull=True, contact__account__in=within
        )
        contacts |= {row.address: row.contact for row in rows.select_related("contact").order_by("-pk")}
    members = {member.email.lower(): member for member in Member.objects.filter(is_active=True)}
    ours = {domain(address) for address in members}
    named = {domain(address) for address in unique} - ours - ANYBODYS - {""}
    rows_by_domain: dict[str, list[int]] = {}
    for key, name in within.filter(domain__in=sorted(named)[:2000]).values_list("pk", "domain"):
        rows_by_domain.setdefault(name, []).append(key)
    return Known(contacts, members, {name: keys[0] for name, keys in rows_by_domain.items() if len(keys) == 1})


def domain(address: str) -> str:
    """
    >>> domain("tanaka@shinonome.example")
    'shinonome.example'
    """
    return address.rpartition("@")[2]


def _most(counted: Counter[int]) -> int | None:
    """The one that has more than any other."""
    ranked = counted.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]
