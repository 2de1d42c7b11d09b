"""The end of a run, with its reason, in its row and in the journal."""

from __future__ import annotations

from datetime import datetime

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.playbooks import reasons
from nenrin.playbooks.models import Run
from nenrin.playbooks.models.run import RunState
from nenrin.values import Text

_VERBS = {RunState.DONE: "done", RunState.EXITED: "exited", RunState.FAILED: "failed"}
COLUMNS = ("state", "reason", "why", "step", "step_since", "wake_at", "asks", "effects", "ended_at", "changed_at")


def end(run: Run, state: RunState, code: str, why: Text, at: datetime, *, by: Actor = SYSTEM, number: int = 0) -> None:
    """Put a run to its end (or to a failure that may be tried again).

    Journal: playbooks.run.done, .exited or .failed. Part of the caller's transaction.
    """
    run.state, run.reason, run.why, run.changed_at = state, code, reasons.kept(why), at
    run.wake_at, run.asks = None, False
    run.ended_at = None if state is RunState.FAILED else at
    run.save(update_fields=COLUMNS)
    named = {"name_en": run.version.name_en, "name_ja": run.version.name_ja}
    told = {**named, "why_en": why.en, "why_ja": why.ja, **({"number": number} if state is RunState.FAILED else {})}
    subject = ("run", run.pk)
    journal.record(
        f"playbooks.run.{_VERBS[state]}", actor=by, at=at, account=run.account_id, subject=subject, particulars=told
    )
