"""What an account shows of its subscriptions: MRR, seats, renewal, deadline, and with them its status and grades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from nenrin.customers import facts
from nenrin.customers.facts import Fact
from nenrin.customers.grading import GRADES, Grader
from nenrin.customers.models import Account, Subscription
from nenrin.customers.saving import save_all
from nenrin.customers.statuses import LIVE, OPEN, Status, SubscriptionStatus

COLUMNS = ("mrr_minor", "seats", "plan_name", "renewal_on", "notice_on", "term_from")
BY_CONTRACT = ("status", "customer_since", "lost_on", "lost_reason")


def refresh(
    accounts: Iterable[int],
    *,
    today: date,
    at: datetime,
    grader: Grader | None = None,
    past: Mapping[int, timedelta] | None = None,
) -> dict[int, list[Fact]]:
    """Bring these accounts in step with their subscriptions, in the caller's transaction.

    Returns the `account` facts of those whose status, dates or grades changed, for the caller's journal entry;
    of accounts in `past` as history, known with that lag.
    """
    grader = grader or Grader.current()
    rows = Account.objects.select_for_update().in_bulk(set(accounts))
    signed: dict[int, list[Subscription]] = {}
    standing = Subscription.objects.filter(account__in=rows, archived_at__isnull=True).select_related("plan")
    for subscription in standing:
        signed.setdefault(subscription.account_id, []).append(subscription)
    touched, told = [], []
    for account in rows.values():
        before, shown = _told(account), _shown(account)
        _summarise(account, signed.get(account.pk, []), today)
        grader.grade(account, today)
        if _told(account) != before:
            account.version, account.changed_at = account.version + 1, at
            told.append(account)
        if _told(account) != before or _shown(account) != shown:
            touched.append(account)
    save_all(touched, [*COLUMNS, *BY_CONTRACT, *GRADES, "version", "changed_at"])
    bodies, late = facts.of_accounts(told), past or {}
    return {
        row.pk: facts.of_past_account(row.pk, bodies[row.pk], row.customer_since, late[row.pk], today)
        if row.pk in late and row.customer_since
        else [facts.fact("account", row.pk, bodies[row.pk], account=row.pk)]
        for row in told
    }


def _told(account: Account) -> tuple[object, ...]:
    return tuple(getattr(account, name) for name in (*BY_CONTRACT, *GRADES))


def _shown(account: Account) -> tuple[object, ...]:
    return tuple(getattr(account, name) for name in COLUMNS)


def _summarise(account: Account, subscriptions: Sequence[Subscription], today: date) -> None:
    paid = sum(row.mrr_minor for row in subscriptions if row.status in LIVE and row.currency == account.currency)
    account.mrr_minor = max(paid, 0)  # a credit lowers what is paid, and never below nothing
    # Nobody is a customer by a credit, or renews one.
    subscriptions = [row for row in subscriptions if not row.is_credit]
    live = [row for row in subscriptions if row.status in LIVE]
    still_open = [row for row in subscriptions if row.status in OPEN]
    account.seats = sum(row.seats for row in live)
    largest = max(live or still_open, key=lambda row: (row.mrr_minor, row.pk), default=None)
    account.plan_name = largest.plan.name if largest and largest.plan else ""
    nearest = min(live, key=lambda row: (row.ends_on, row.pk), default=None)
    account.renewal_on = nearest.ends_on if nearest else None
    account.term_from = nearest.term_from if nearest else None
    account.notice_on = min((day for row in live if (day := _deadline(row, today))), default=None)
    _follow_contracts(account, subscriptions, still_open)


def _deadline(row: Subscription, today: date) -> date | None:
    is_ahead = row.status == SubscriptionStatus.ACTIVE and row.notice_deadline and row.notice_deadline >= today
    return row.notice_deadline if is_ahead else None


def _follow_contracts(
    account: Account, subscriptions: Sequence[Subscription], still_open: Sequence[Subscription]
) -> None:
    """Who has signed is a customer; whose last contract ended is lost. Internal and test accounts stay what they are."""
    if not subscriptions or account.status == Status.INTERNAL_TEST:
        return
    first = min(row.starts_on for row in subscriptions)
    account.customer_since = min(account.customer_since or first, first)
    if still_open:
        account.status, account.lost_on, account.lost_reason = Status.CUSTOMER, None, ""
    elif account.status != Status.LOST or account.lost_on is None:
        last = max(subscriptions, key=lambda row: (row.ended_on or row.ends_on, row.pk))
        account.status, account.lost_on = Status.LOST, last.ended_on
        account.lost_reason = account.lost_reason or last.end_reason
