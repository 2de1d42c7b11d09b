"""Which mails a member sees: those of the accounts within their scope, and their own notices."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from nenrin.customers.models import Account
from nenrin.foundation.models import Mail, Member
from nenrin.foundation.permissions import Permission, Scope, allowed


def mails(member: Member, permission: Permission) -> QuerySet[Mail]:
    """Mails of an account that was merged into another are seen by whoever sees the survivor."""
    if allowed(member, permission) is Scope.ALL:
        return Mail.objects.all()
    reach = Account.objects.for_member(member, permission)
    absorbed = Account.objects.filter(merged_into__in=reach)
    own = Q(member=member.pk) if permission is Permission.MAIL_VIEW else Q(pk__in=[])
    return Mail.objects.filter(Q(account__in=reach.values("pk")) | Q(account__in=absorbed.values("pk")) | own)


def account_names(rows: Iterable[Mail]) -> dict[int, tuple[int, str]]:
    """Account id of a mail -> where its page is now, and the name."""
    wanted = {row.account for row in rows if row.account is not None}
    found = Account.objects.filter(pk__in=wanted).select_related("merged_into")
    return {row.pk: ((row.merged_into or row).pk, (row.merged_into or row).name) for row in found}
