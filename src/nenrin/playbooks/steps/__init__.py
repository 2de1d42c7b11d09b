"""Kinds of step, one file each, in the order in which they are offered."""

from nenrin.playbooks.steps import (
    branch,
    create_opportunity,
    notify,
    open_task,
    send_mail,
    set_attribute,
    set_owner,
    set_stage,
    share_list,
    start_onboarding,
    survey,
    tag,
    wait,
    wait_until,
    webhook,
)
from nenrin.playbooks.steps.shape import StepKind

KINDS: dict[str, StepKind] = {
    one.KIND.key: one.KIND
    for one in (
        *(open_task, send_mail, survey, notify, webhook, share_list, tag),
        *(set_attribute, set_owner, set_stage, start_onboarding, create_opportunity),
        *(branch, wait, wait_until),
    )
}
