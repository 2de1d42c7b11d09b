"""What was proposed to the customer: the benefit for their goal, cases of similar customers, terms; and their answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import Opportunity, PlanObjective, Proposal
from nenrin.work.models.opportunity import ANSWERS, OpportunityState, ProposalAnswer
from nenrin.work.models.plan import LIVE_PLANS
from nenrin.work.opportunities import holding, saving

MOST_WORDS, MOST_ANSWER, MOST_MINUTES = 5_000, 1_000, 1_440


def propose(
    opportunity: Opportunity, benefit: str, *, by: Actor, at: datetime, objective: PlanObjective | None = None,
    cases: str = "", terms: str = "", offered_minor: int | None = None, minutes: int = 0, on: date | None = None,
    reason: str = "", author: Member | None = None, version: int | None = None,
) -> Proposal:  # fmt: skip
    """Keep what was proposed. Held back as opening is, unless `reason` says why all the same.

    The same words on the same day again: the proposal that stands. Raises Refused, Conflict. Journal:
    work.opportunity.proposed.
    """
    given: dict[str, Any] = {
        "benefit": benefit.strip(), "cases": cases.strip(), "terms": terms.strip(), "offered_minor": offered_minor,
        "minutes": minutes, "proposed_on": on or organisation.today(at),
    }  # fmt: skip
    _check(given, reason)
    with transaction.atomic():
        row = saving.locked(opportunity)
        latest = row.proposals.first()
        if latest and all(getattr(latest, name) == value for name, value in given.items()):
            return latest
        saving.check_version(row, version, {})
        saving.check_live(row)
        _check_objective(row, objective)
        grounds = holding.check(row.account, reason, at)
        made = Proposal.objects.create(
            opportunity=row, number=latest.number + 1 if latest else 1, objective=objective, made_at=at,
            held=[one.row() for one in grounds], held_words=reason.strip() if grounds else "",
            author_id=author.pk if author else saving.member_of(by), **given,
        )  # fmt: skip
        if row.state == OpportunityState.OPEN:
            row.state = OpportunityState.PROPOSED
        row.proposed_at = row.proposed_at or at
        saving.save(row, at)
        personal = {"benefit": made.benefit[:1000], "terms": made.terms[:1000], "reason": made.held_words}
        saving.record(
            "proposed", row, by, at, personal=personal, minutes=minutes, proposal=made.number,
            held=[one.code for one in grounds],
        )  # fmt: skip
    return made


def _check(given: dict[str, Any], reason: str) -> None:
    faults = checking.words("benefit", given["benefit"], MOST_WORDS)
    faults += checking.words("cases", given["cases"], MOST_WORDS, needed=False)
    faults += checking.words("terms", given["terms"], MOST_WORDS, needed=False)
    faults += checking.words("reason", reason, 500, needed=False)
    faults += checking.day("on", given["proposed_on"])
    if not 0 <= given["minutes"] <= MOST_MINUTES:
        expected = Text(f"from 0 to {MOST_MINUTES} minutes", f"0〜{MOST_MINUTES}分")
        faults.append(Fault("minutes", expected, given["minutes"]))
    checking.refuse(faults)
    saving.amount("offered_minor", given["offered_minor"])


def _check_objective(row: Opportunity, objective: PlanObjective | None) -> None:
    if objective is not None and objective.plan.account_id != row.account_id:
        words = Text("an objective of this customer's success plan", "この顧客のサクセスプランの目標")
        raise Refused.one("objective", words, objective.pk)


def objectives(account: int) -> list[PlanObjective]:
    """What a proposal may serve: the objectives of the plans that run."""
    rows = PlanObjective.objects.filter(plan__account=account, plan__state__in=LIVE_PLANS)
    return list(rows.select_related("plan"))


def answer(
    proposal: Proposal, said: str, *, by: Actor, at: datetime, words: str = "", on: date | None = None,
    again_on: date | None = None,
) -> Proposal:  # fmt: skip
    """What the customer said: accepted, declined or later; the two last with their reason. Safe to repeat.

    Later moves the opportunity's due date to `again_on`. Raises Refused. Journal: work.opportunity.answered.
    """
    _check_answer(said, words, again_on)
    with transaction.atomic():
        row = saving.locked(proposal.opportunity)
        stands = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if (stands.answer, stands.answer_words, stands.again_on) == (said, words.strip(), again_on):
            return stands
        saving.check_live(row)
        stands.answer, stands.answer_words, stands.again_on = said, words.strip(), again_on
        stands.answered_on = on or organisation.today(at)
        stands.save()
        row.due_on = again_on or row.due_on
        saving.save(row, at)
        word = ANSWERS[ProposalAnswer(said)]
        saving.record(
            "answered", row, by, at, personal={"words": stands.answer_words}, answer=said, answer_en=word.en,
            answer_ja=word.ja, proposal=stands.number,
        )  # fmt: skip
    return stands


def _check_answer(said: str, words: str, again_on: date | None) -> None:
    needs_words = said in (ProposalAnswer.DECLINED, ProposalAnswer.LATER)
    faults = checking.words("words", words, MOST_ANSWER, needed=needs_words)
    faults += checking.day("again_on", again_on, needed=said == ProposalAnswer.LATER)
    if said not in set(ProposalAnswer) - {ProposalAnswer.NONE}:
        faults.append(Fault("answer", Text("accepted, declined or later", "承諾・辞退・時期を改めて のいずれか"), said))
    if again_on is not None and said != ProposalAnswer.LATER:
        faults.append(
            Fault("again_on", Text("a day only where the answer is later", "「時期を改めて」の場合のみ"), again_on)
        )
    checking.refuse(faults)
