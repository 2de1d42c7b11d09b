"""Accounts: the companies, the keys by which other systems call them, and their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from nenrin.customers.models.assignment import Assignment
from nenrin.customers.statuses import Stage, Status, choices
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Tag(models.Model):
    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AccountQuerySet(models.QuerySet["Account"]):
    def standing(self) -> Self:
        """Neither archived nor merged into another."""
        return self.filter(archived_at__isnull=True)

    def for_member(self, member: Member, permission: Permission) -> Self:
        """The accounts on which `member` holds `permission`: their own, those of anyone in their team, or all.

        "Own" is any current assignment, in whatever phase. Nobody's account is in no one's scope but ALL.
        """
        scope = allowed(member, permission)
        if scope is None:
            return self.none()
        if scope is Scope.ALL:
            return self
        whose = Q(member=member)
        if scope is Scope.TEAM and member.team_id:
            whose |= Q(member__team=member.team_id)
        return self.filter(Exists(Assignment.objects.filter(whose, account=OuterRef("pk"), until_on__isnull=True)))


class Account(models.Model):
    """A company. `tier`, `touch_model` and what follows from subscriptions are kept by the verbs, never set by hand."""

    name = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    corporate_number = models.CharField(max_length=13, blank=True)  # 法人番号
    domain = models.CharField(max_length=253, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    employees = models.PositiveIntegerField(null=True)
    prefecture = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=14, choices=choices(Status), default=Status.PROSPECT)
    stage = models.CharField(max_length=12, choices=choices(Stage), blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    language = models.CharField(max_length=2, default="ja")  # of what we write to them
    currency = models.CharField(max_length=3, default="JPY")
    attributes = models.JSONField(default=dict)  # by AttributeField.key; dates as ISO text
    tags = models.ManyToManyField(Tag, related_name="accounts", through="AccountTag")
    customer_since = models.DateField(null=True)
    lost_on = models.DateField(null=True)
    lost_reason = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=80, blank=True)  # where a prospect or a provisional account came from

    tier = models.CharField(max_length=30, blank=True)
    touch_model = models.CharField(max_length=30, blank=True)  # what holds: the override's while it lasts
    touch_override = models.CharField(max_length=30, blank=True)
    touch_reason = models.CharField(max_length=300, blank=True)
    touch_until = models.DateField(null=True)  # first day on which the rule holds again

    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # current primary
    mrr_minor = models.BigIntegerField(default=0)  # running subscriptions in `currency`, minor units a month
    seats = models.PositiveIntegerField(default=0)
    plan_name = models.CharField(max_length=200, blank=True)
    renewal_on = models.DateField(null=True)  # the nearest end of a running term
    notice_on = models.DateField(null=True)  # the nearest notice deadline still ahead
    term_from = models.DateField(null=True)  # when the term that `renewal_on` ends began

    search = models.CharField(max_length=700, blank=True)
    match_name = models.CharField(max_length=200, blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = AccountQuerySet.as_manager()
    if TYPE_CHECKING:
        keys: RelatedManager[AccountKey]
        assignments: RelatedManager[Assignment]

    class Meta:
        indexes = [
            models.Index(fields=["name"], name="account_by_name"),
            models.Index(fields=["notice_on", "id"], name="account_by_notice"),
            models.Index(fields=["renewal_on", "id"], name="account_by_renewal"),
            models.Index(fields=["mrr_minor", "id"], name="account_by_mrr"),
            models.Index(fields=["status", "name"], name="account_by_status"),
            models.Index(fields=["owner", "name"], name="account_by_owner"),
            models.Index(fields=["match_name"], name="account_by_match"),
            models.Index(  # the sums of a portfolio, without its wide rows
                fields=["status", "archived_at", "currency", "mrr_minor", "renewal_on", "notice_on"],
                name="account_portfolio",
            ),
            models.Index(fields=["domain"], name="account_by_domain", condition=~Q(domain="")),
            models.Index(fields=["corporate_number"], name="account_by_number", condition=~Q(corporate_number="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_mailable(self) -> bool:
        return self.archived_at is None and self.status not in {Status.PROVISIONAL, Status.INTERNAL_TEST}


class AccountTag(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "tag"], name="a_tag_once_an_account")]


class AccountKey(models.Model):
    """What another system calls an account. One live row a key; `ended_on` closes one that moved elsewhere."""

    namespace = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keys")
    since_on = models.DateField(null=True)  # null: since ever
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "key"], condition=Q(ended_on__isnull=True), name="one_account_a_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.namespace}|{self.key}"
