"""What other systems know of our accounts: tickets, survey answers, costs. Current state; the history is in the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed


class ImportedQuerySet(models.QuerySet[models.Model]):
    def standing(self) -> Self:
        return self.filter(retracted_at__isnull=True)

    def of(self, account: Account) -> Self:
        """Those of an account and of the accounts merged into it."""
        return self.filter(
            Q(account=account) | Q(account__merged_into=account) | Q(account__merged_into__merged_into=account)
        )

    def for_member(self, member: Member, permission: Permission) -> Self:
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))


class Imported(models.Model):
    """A row known by (namespace, key): the system it comes from and what that system calls it."""

    namespace = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    retracted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[models.Model]] = ImportedQuerySet.as_manager()
    if TYPE_CHECKING:
        account_id: Any  # every one has an account, costs may have none

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["namespace", "key"], name="one_%(class)s_a_key")]


class Ticket(Imported):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tickets")
    title = models.CharField(max_length=300, blank=True)  # may name people: personal
    kind = models.CharField(max_length=10, default="question")  # question, problem, request or complaint
    priority = models.CharField(max_length=8, default="normal")  # urgent, high, normal or low
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    requester = models.CharField(max_length=254, blank=True)  # name or address: personal
    url = models.CharField(max_length=500, blank=True)

    class Meta(Imported.Meta):
        indexes = [models.Index(fields=["account", "-opened_at"], name="ticket_by_account")]

    def __str__(self) -> str:
        return f"{self.namespace}|{self.key}"


class Answer(Imported):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="answers")
    survey = models.CharField(max_length=4)  # nps (0-10), csat (1-5) or ces (1-7)
    sent_on = models.DateField(null=True)  # the day on which it was asked, where that is told
    score = models.SmallIntegerField(null=True)  # null: asked, no answer yet
    answered_at = models.DateTimeField(null=True)
    role = models.CharField(max_length=16, blank=True)  # the respondent's role in the decision
    respondent = models.CharField(max_length=254, blank=True)  # personal
    person = models.CharField(max_length=32, blank=True)  # the respondent under a random word, erased with the name
    comment = models.CharField(max_length=2000, blank=True)  # personal

    class Meta(Imported.Meta):
        indexes = [models.Index(fields=["account", "-answered_at"], name="answer_by_account")]

    def __str__(self) -> str:
        return f"{self.survey} {'—' if self.score is None else self.score}"


class Cost(Imported):
    account = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, related_name="costs"
    )  # null: nobody's own
    month = models.DateField()  # its first day
    category = models.CharField(max_length=20)  # one of nenrin.analytics.economics.categories
    minor = models.BigIntegerField()  # minor units of `currency`
    currency = models.CharField(max_length=3, default="JPY")
    product = models.CharField(max_length=80, blank=True)  # keys; blank: not of one alone
    touch_model = models.CharField(max_length=30, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta(Imported.Meta):
        indexes = [models.Index(fields=["month", "category"], name="cost_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.category}"
