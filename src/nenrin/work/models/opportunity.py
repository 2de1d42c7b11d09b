"""Opportunities to grow with a customer: what would help them, what was proposed, what sales made of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account, Plan, Product, Subscription
from nenrin.foundation.models import Member
from nenrin.values import Money, Text
from nenrin.work.models.plan import PlanObjective
from nenrin.work.models.reach import OfAccount

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class OpportunityKind(StrEnum):
    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"
    SEATS = "seats"
    PRICE = "price"


KINDS: Final[dict[OpportunityKind, Text]] = {
    OpportunityKind.UPSELL: Text("Upsell", "アップセル"),
    OpportunityKind.CROSS_SELL: Text("Cross-sell", "クロスセル"),
    OpportunityKind.SEATS: Text("More seats", "ライセンス追加"),
    OpportunityKind.PRICE: Text("Price step", "価格改定"),
}


class Origin(StrEnum):
    RULE = "rule"
    HAND = "hand"
    PLAYBOOK = "playbook"


ORIGINS: Final[dict[Origin, Text]] = {
    Origin.RULE: Text("From a candidate", "候補から"),
    Origin.HAND: Text("By hand", "手入力"),
    Origin.PLAYBOOK: Text("By a playbook", "プレイブック"),
}


class OpportunityState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    HANDED = "handed"
    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


STATES: Final[dict[OpportunityState, Text]] = {
    OpportunityState.OPEN: Text("Open", "未提案"),
    OpportunityState.PROPOSED: Text("Proposed", "提案済み"),
    OpportunityState.HANDED: Text("With sales", "営業が対応中"),
    OpportunityState.WON: Text("Won", "受注"),
    OpportunityState.LOST: Text("Not won", "失注"),
    OpportunityState.WITHDRAWN: Text("Withdrawn", "取り下げ"),
}
LIVE: Final = (OpportunityState.OPEN, OpportunityState.PROPOSED, OpportunityState.HANDED)
OVER: Final = (OpportunityState.WON, OpportunityState.LOST, OpportunityState.WITHDRAWN)


class ProposalAnswer(StrEnum):
    NONE = ""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LATER = "later"


ANSWERS: Final[dict[ProposalAnswer, Text]] = {
    ProposalAnswer.NONE: Text("No answer yet", "回答待ち"),
    ProposalAnswer.ACCEPTED: Text("Accepted", "承諾"),
    ProposalAnswer.DECLINED: Text("Declined", "辞退"),
    ProposalAnswer.LATER: Text("Later", "時期を改めて"),
}


class OpportunityQuerySet(OfAccount["Opportunity"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)


class Opportunity(models.Model):
    """`title`, `next_step`, `held_words`, `declined_words` and `outcome_words` are free words: personal data.

    - `evidence`: [{"sign", "en", "ja", "as_of"}], the facts as they stood when it was opened.
    - `held`: [{"code", "en", "ja", "as_of"}], what spoke against it then; `held_words` is why it was opened all the same.
    - `expected_minor`: change of MRR, in `currency`.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="opportunities")
    kind = models.CharField(max_length=10)
    origin = models.CharField(max_length=8, default=Origin.HAND)
    key = models.CharField(max_length=200, blank=True)  # asked twice under it: the same row
    title = models.CharField(max_length=200, blank=True)
    product = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=9, default=OpportunityState.OPEN)
    expected_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="JPY")
    evidence = models.JSONField(default=list)
    held = models.JSONField(default=list)
    held_words = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    next_step = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True)
    seller = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)  # sales took it on
    declined_at = models.DateTimeField(null=True)  # sales gave it back
    declined_words = models.CharField(max_length=500, blank=True)
    won_minor = models.BigIntegerField(null=True)  # change of MRR that came of it
    won_subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome_words = models.CharField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = OpportunityQuerySet.as_manager()
    if TYPE_CHECKING:
        account_id: int
        owner_id: int | None
        seller_id: int | None
        proposals: RelatedManager[Proposal]

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_opportunity_a_key")]
        indexes = [
            models.Index(fields=["account", "state"], name="opportunity_by_account"),
            models.Index(fields=["state", "due_on"], name="opportunity_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.state}"

    @property
    def kind_word(self) -> Text:
        return KINDS[OpportunityKind(self.kind)]

    @property
    def state_word(self) -> Text:
        return STATES[OpportunityState(self.state)]

    @property
    def origin_word(self) -> Text:
        return ORIGINS[Origin(self.origin)]

    @property
    def expected(self) -> Money | None:
        return None if self.expected_minor is None else Money(self.expected_minor, self.currency)

    @property
    def won(self) -> Money | None:
        return None if self.won_minor is None else Money(self.won_minor, self.currency)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def awaits_sales(self) -> bool:
        """Handed over, and sales has not said whether it takes it on."""
        return self.state == OpportunityState.HANDED and self.taken_at is None

    def is_late(self, today: date) -> bool:
        return self.is_live and self.due_on is not None and self.due_on < today


class Proposal(models.Model):
    """What was proposed to the customer, and what they said. All words are free: personal data."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    objective = models.ForeignKey(PlanObjective, null=True, on_delete=models.SET_NULL, related_name="+")
    benefit = models.TextField()  # what it does for their goal
    cases = models.TextField(blank=True)  # what similar customers made of it
    terms = models.TextField(blank=True)  # what was offered
    offered_minor = models.BigIntegerField(null=True)  # change of MRR offered, in the opportunity's currency
    held = models.JSONField(default=list)  # what spoke against proposing then
    held_words = models.CharField(max_length=500, blank=True)
    minutes = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_on = models.DateField()
    answer = models.CharField(max_length=8, blank=True)
    answer_words = models.CharField(max_length=1000, blank=True)
    answered_on = models.DateField(null=True)
    again_on = models.DateField(null=True)  # later: when to ask again
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["opportunity", "number"], name="one_proposal_a_number")]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.number}"

    @property
    def answer_word(self) -> Text:
        return ANSWERS[ProposalAnswer(self.answer)]


class CandidateDismissalQuerySet(OfAccount["CandidateDismissal"]):
    pass


class CandidateDismissal(models.Model):
    """A candidate that somebody put away until a day. `words` are free: personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    words = models.CharField(max_length=500)
    until_on = models.DateField()
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    objects = CandidateDismissalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="one_dismissal_a_candidate")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.until_on}"
