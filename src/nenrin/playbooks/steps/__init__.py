"""Kinds of step, one file each, in the order in which they are offered."""

from nenrin.playbooks.steps import (
    branch,
    notify,
    open_task,
    set_attribute,
    set_owner,
    set_stage,
    share_list,
    tag,
    wait,
    wait_until,
)
from nenrin.playbooks.steps.shape import StepKind

KINDS: dict[str, StepKind] = {
    one.KIND.key: one.KIND
    for one in (open_task, notify, share_list, tag, set_attribute, set_owner, set_stage, branch, wait, wait_until)
}
