"""Kinds of trigger, one file each, in the order in which they are offered."""

from nenrin.playbooks.triggers import (
    answer,
    band_change,
    by_hand,
    condition,
    contact_left,
    date_attribute,
    deadline,
    entry,
    event,
    limit,
    measure,
    plan_limit,
    score_fall,
    segment,
    stage,
    tickets,
)
from nenrin.playbooks.triggers.shape import TriggerKind

KINDS: dict[str, TriggerKind] = {
    one.KIND.key: one.KIND
    for one in (
        *(band_change, score_fall, measure, condition, segment, stage, deadline),
        *(answer, tickets, limit, plan_limit, contact_left, date_attribute, event, entry, by_hand),
    )
}
