"""The end of a run, with its reason, in its row and in the journal."""

from __future__ import annotations

from datetime import datetime

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import drafts, outbox
from nenrin.foundation.models import Mail
from nenrin.playbooks import reasons
from nenrin.playbooks.models import Run
from nenrin.playbooks.models.run import RunState
from nenrin.values import Text

_VERBS = {RunState.DONE: "done", RunState.EXITED: "exited", RunState.FAILED: "failed"}
#: Ends after which what was prepared is still meant: every step was taken, or as many as a run may have.
_STILL_MEANT = ("finished", "per_run")
COLUMNS = ("state", "reason", "why", "step", "step_since", "wake_at", "asks", "effects", "ended_at", "changed_at")


def end(run: Run, state: RunState, code: str, why: Text, at: datetime, *, by: Actor = SYSTEM, number: int = 0) -> None:
    """Put a run to its end (or to a failure that may be tried again).

    Mails of it that still wait, and that nobody approved, are taken back, unless the run ended by its own last step.
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
    if state is not RunState.FAILED and code not in _STILL_MEANT and run.effects:
        _take_back(run, at, by)


def _take_back(run: Run, at: datetime, by: Actor) -> None:
    """What a person approved goes out nevertheless: they read it and meant it. A mail stays with the account that it was
    written for, also where that was merged into another one since."""
    waiting = Mail.objects.filter(origin=f"playbook:{run.pk}", approved_at__isnull=True)
    found = list(waiting.filter(state__in=outbox.STOPPABLE).values_list("pk", flat=True))
    if found:
        drafts.stop(found, by=by, at=at, reason="overtaken")
