"""Contacts: the people at an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Q

from nenrin.customers.models.account import Account
from nenrin.customers.statuses import DecisionRole, choices
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


M = TypeVar("M", bound=models.Model)


class OfAccountQuerySet(models.QuerySet[M]):
    """Rows that belong to an account and are seen by whom it is."""

    def standing(self) -> Self:
        return self.filter(archived_at__isnull=True, account__archived_at__isnull=True)

    def for_member(self, member: Member, permission: Permission) -> Self:
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))


class ContactQuerySet(OfAccountQuerySet["Contact"]):
    pass


class Contact(models.Model):
    """A person at an account. Every column but `role`, `language` and the dates is personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contacts")
    namespace = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=200, blank=True)  # what another system calls this person
    name = models.CharField(max_length=120)
    kana = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=16, choices=choices(DecisionRole), blank=True)
    language = models.CharField(max_length=2, default="ja")
    is_verified = models.BooleanField(default=False)  # a person or a system of record confirmed that they exist
    left_on = models.DateField(null=True)
    search = models.CharField(max_length=500, blank=True)
    archived_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ContactQuerySet.as_manager()
    if TYPE_CHECKING:
        emails: RelatedManager[ContactEmail]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "key"], condition=~Q(key=""), name="one_contact_a_key")
        ]
        indexes = [models.Index(fields=["name", "id"], name="contact_by_name")]

    def __str__(self) -> str:
        return self.name


class ContactEmail(models.Model):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="emails")
    address = models.CharField(max_length=254)  # lower case
    position = models.PositiveSmallIntegerField(default=0)  # 0 is the one we write to

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["contact", "address"], name="an_address_once_a_contact")]
        indexes = [models.Index(fields=["address"], name="contact_by_address")]

    def __str__(self) -> str:
        return self.address
