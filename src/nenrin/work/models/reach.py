"""Rows that hang on an account are seen by whom the account is."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed

M = TypeVar("M", bound=models.Model)


class OfAccount(models.QuerySet[M]):
    """For models with `account`."""

    def for_member(self, member: Member, permission: Permission) -> Self:
        """The rows of accounts on which `member` holds `permission`."""
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))
