"""Tags: free words on accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from nenrin.customers import cleaning, facts
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AccountTag, Tag
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text

_clean = cleaning.texts(60, 50)


def named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names; missing ones are made."""
    wanted = list(dict.fromkeys(names))
    there = {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)}
    for name in wanted:
        if name not in there:
            there[name] = Tag.objects.get_or_create(name=name)[0]
    return [there[name] for name in wanted]


def change(
    accounts: Sequence[Account],
    *,
    by: Actor,
    at: datetime,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> int:
    """Put tags on accounts and take others off; returns how many accounts changed.

    Safe to repeat. Raises Refused for names that are too long. Journal: customers.account.tagged, one an account.
    """
    added, removed = _names("add", add), _names("remove", remove)
    changed = 0
    for start in range(0, len(accounts), 500):
        with transaction.atomic():
            changed += _change(list(accounts[start : start + 500]), added, removed, by, at)
    return changed


def rename(tag: Tag, name: str, *, by: Actor, at: datetime) -> int:
    """Put another word in this tag's place on every account; a word that is a tag already takes them in.

    Returns how many accounts changed. Safe to repeat. Raises Refused. Journal: customers.tag.renamed, and
    customers.account.tagged for each account.
    """
    cleaned = _names("name", [name])
    if not cleaned:
        raise Refused.one("name", Text("a word is needed", "入力が必要"), name)
    if cleaned[0] == tag.name:
        return 0
    with transaction.atomic():
        return merge(tag, named(cleaned)[0], by=by, at=at)


def merge(tag: Tag, into: Tag, *, by: Actor, at: datetime) -> int:
    """Make two tags one: `into` stands on every account of either, archived ones too, and `tag` is gone.

    Returns how many accounts changed. Safe to repeat. Journal: customers.tag.renamed, and customers.account.tagged
    for each account.
    """
    if tag.pk == into.pk:
        return 0
    with transaction.atomic():
        if not Tag.objects.select_for_update().filter(pk=tag.pk).exists():
            return 0
        count = change(list(Account.objects.filter(tags=tag)), add=[into.name], remove=[tag.name], by=by, at=at)
        Tag.objects.filter(pk=tag.pk).delete()
        note = {"before": tag.name, "name": into.name, "accounts": count}
        journal.record("customers.tag.renamed", actor=by, at=at, subject=("tag", into.pk), particulars=note)
    return count


def _names(field: str, names: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple(_clean(list(names)))  # type: ignore[arg-type]
    except cleaning.Wrong as wrong:
        raise Refused.one(field, wrong.text) from None


def _change(accounts: list[Account], added: Sequence[str], removed: Sequence[str], by: Actor, at: datetime) -> int:
    ids = [account.pk for account in accounts]
    tags = {tag.pk: tag.name for tag in [*named(added), *Tag.objects.filter(name__in=removed)]}
    stand = set(AccountTag.objects.filter(account__in=ids, tag__in=tags).values_list("account_id", "tag_id"))
    new = [(a, t) for a in ids for t, name in tags.items() if name in added and (a, t) not in stand]
    old = [(a, t) for a, t in stand if tags[t] in removed and tags[t] not in added]
    AccountTag.objects.bulk_create([AccountTag(account_id=a, tag_id=t) for a, t in new], ignore_conflicts=True)
    AccountTag.objects.filter(account__in=ids, tag__name__in=[n for n in removed if n not in added]).delete()
    touched = {a for a, _ in [*new, *old]}
    bodies = facts.of_accounts(account for account in accounts if account.pk in touched)
    drafts = [
        journal.Draft(
            "customers.account.tagged",
            by,
            at,
            account,
            [("account", account)],
            {
                "added": ", ".join(tags[t] for a, t in new if a == account) or "—",
                "removed": ", ".join(tags[t] for a, t in old if a == account) or "—",
                "fact": facts.fact("account", account, body, account=account),
            },
        )
        for account, body in bodies.items()
    ]
    journal.record_many(drafts)
    return len(touched)
