"""Kinds of step, one file each, in the order in which they are offered. Surveys are not offered: there are none to send."""

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
    tag,
    wait,
    wait_until,
    webhook,
)
from nenrin.playbooks.steps.shape import StepKind

KINDS: dict[str, StepKind] = {
    one.KIND.key: one.KIND
    for one in (
        *(open_task, send_mail, notify, webhook, share_list, tag),
        *(set_attribute, set_owner, set_stage, start_onboarding, create_opportunity),
        *(branch, wait, wait_until),
    )
}
