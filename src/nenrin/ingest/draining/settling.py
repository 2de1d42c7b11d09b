"""What a drain changes in the application database, inside its one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F

from nenrin.customers import accounts, keys
from nenrin.customers.models import Account
from nenrin.ingest.draining import traits
from nenrin.ingest.draining.identity import FORBIDDEN, Findings, Memory, Refusal, Told
from nenrin.ingest.models import Conflict, EndGroup, EndUser, Progress, Quarantined, Source, Verdict

#: Provisional accounts that the public key of one source may open in a day.
DAILY_CAP: Final = 500
GROUPS_REMEMBERED: Final = timedelta(minutes=1)
CHUNK: Final = 500
LONGEST_SHOWN: Final = 200


class Settled(Exception):
    """Somebody else has settled these batches: counting them again would break the conservation law."""


def stand(through: int) -> None:
    """Lock the ledger where it stood when the round began, in the round's transaction. Raises Settled."""
    Progress.objects.get_or_create(reader="drain", defaults={"through": through})
    if Progress.objects.select_for_update().get(reader="drain").through != through:
        raise Settled


def count(verdicts: Mapping[tuple[int, str], int]) -> None:
    """Add to the ledger of what was not stored; `verdicts` has (source, what) -> events, negative after a retry."""
    for (source, what), n in verdicts.items():
        if n and not Verdict.objects.filter(source=source, what=what).update(n=F("n") + n):
            Verdict.objects.create(source=source, what=what, n=n)


def advance(version: int) -> None:
    """The drain has settled everything up to this batch."""
    Progress.objects.update_or_create(reader="drain", defaults={"through": version})


def settle_retries(outcomes: Mapping[int, bool], at: datetime) -> None:
    """Quarantined rows tried again: stored after all, or waiting as before."""
    for stored in (True, False):
        rows = [row for row, outcome in outcomes.items() if outcome is stored]
        state = "stored" if stored else "waiting"
        Quarantined.objects.filter(pk__in=rows).update(state=state, settled_at=at if stored else None)


def refuse(refusals: Iterable[Refusal], at: datetime) -> None:
    """Count links that were not made, for the data board."""
    for refusal, times in Counter(refusals).items():
        where = {
            "namespace": refusal.namespace, "kind": refusal.kind, "left": refusal.left[:LONGEST_SHOWN],
            "right": refusal.right[:LONGEST_SHOWN],
        }  # fmt: skip
        if not Conflict.objects.filter(**where).update(times=F("times") + times, last_at=at):
            Conflict.objects.create(**where, times=times, first_at=at, last_at=at)


def remember_traits(findings: Findings, *, japanese: bool) -> None:
    """Merge what sources said of users and groups."""
    _merge(EndUser, "user", findings.users, japanese)
    _merge(EndGroup, "group", findings.groups, japanese)


def open_accounts(findings: Findings, memory: Memory, at: datetime) -> list[Refusal]:
    """Provisional accounts for groups that nobody knows; returns the groups over a source's daily cap.

    Those stay unattributed and are counted; they get their account on a later day on which they send.
    """
    _forget_old_groups(memory, at)
    unknown = {group: sender for group, sender in findings.seen_groups.items() if group not in memory.groups}
    for pair in keys.standing(unknown):
        memory.groups.add(pair)
        del unknown[pair]
    return _open(unknown, findings, memory, at) if unknown else []


def _open(
    unknown: Mapping[tuple[str, str], tuple[int, bool]], findings: Findings, memory: Memory, at: datetime
) -> list[Refusal]:
    names = dict(Source.objects.values_list("id", "name"))
    told = {(told.namespace, told.who): told.traits.get("name") for told in findings.groups}
    opened = _opened_today(at)
    refused: list[Refusal] = []
    wanted: dict[str, dict[tuple[str, str], str]] = {}
    for (namespace, group), (source, trusted) in unknown.items():
        sender = names.get(source, f"#{source}")
        kind = _hindrance(group, trusted, opened.get(sender, 0))
        if kind:
            refused.append(Refusal(namespace, kind, group, sender))
            continue
        opened[sender] = opened.get(sender, 0) + 1
        name = told.get((namespace, group))
        wanted.setdefault(sender, {})[namespace, group] = name if isinstance(name, str) else ""
    for sender, groups in wanted.items():
        stand = accounts.provisional_many(groups, source=sender, at=at)
        memory.groups.update(stand)
        refused += [Refusal(ns, "refused_account", group, sender) for ns, group in groups if (ns, group) not in stand]
    return refused


def _hindrance(group: str, trusted: bool, opened: int) -> str | None:
    if group.lower() in FORBIDDEN:
        return "forbidden_id"
    return "group_limit" if not trusted and opened >= DAILY_CAP else None


def _opened_today(at: datetime) -> dict[str, int]:
    since = at - timedelta(days=1)
    return Counter(Account.objects.filter(created_at__gt=since, status="provisional").values_list("source", flat=True))


def _forget_old_groups(memory: Memory, at: datetime) -> None:
    """A key may be taken from an account at any time: what is remembered is looked up again after a minute."""
    if memory.groups_since is None or abs(at - memory.groups_since) > GROUPS_REMEMBERED:
        memory.groups.clear()
        memory.groups_since = at


def _merge(model: type[EndUser] | type[EndGroup], column: str, told: Sequence[Told], japanese: bool) -> None:
    by_namespace: dict[str, dict[str, list[Told]]] = {}
    for one in told:
        by_namespace.setdefault(one.namespace, {}).setdefault(one.who, []).append(one)
    for namespace, people in by_namespace.items():
        names = list(people)
        for start in range(0, len(names), CHUNK):
            _merge_chunk(
                model, column, namespace, {name: people[name] for name in names[start : start + CHUNK]}, japanese
            )


def _merge_chunk(
    model: type[EndUser] | type[EndGroup], column: str, namespace: str, people: Mapping[str, list[Told]], japanese: bool
) -> None:
    there = model.objects.filter(namespace=namespace, **{f"{column}__in": list(people)})
    kept = dict(there.values_list(column, "traits"))
    rows = []
    for who, told in people.items():
        before = kept.get(who, {})
        after = before
        for one in told:
            after = traits.merged(after, one.traits, at=one.at, trusted=one.trusted, japanese=japanese)
        if after != before or who not in kept:
            rows.append(_row(model, column, namespace, who, after))
    updated = ["traits", "email_domain"] if model is EndUser else ["traits"]
    model.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["namespace", column], update_fields=updated, batch_size=200
    )


def _row(model: type[EndUser] | type[EndGroup], column: str, namespace: str, who: str, found: dict[str, Any]) -> Any:
    extra = {"email_domain": traits.email_domain(found)} if model is EndUser else {}
    return model(namespace=namespace, traits=found, **{column: who}, **extra)
