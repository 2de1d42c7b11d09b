"""Forms sent twice are done once: a double click, a resend after the back button, a line that broke before the answer."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from nenrin.foundation.models import Submission

KEPT = timedelta(days=1)
#: One that took longer than this was broken off: whoever sends it again may have it done.
LONGEST = timedelta(seconds=60)
PATIENCE_SECONDS, PAUSE_SECONDS = 10.0, 0.05


class StillUnderWay(Exception):
    """The same form is being done this moment, and did not end while we waited."""


def begin(digest: str, *, at: datetime) -> str | None:
    """None: this caller does it, and says so with `settle` or `forget`. Otherwise where it led when it was done.

    Waits while the same form is being done by another request; raises StillUnderWay after ten seconds.
    """
    Submission.objects.filter(at__lt=at - KEPT).delete()
    Submission.objects.filter(digest=digest, location="", at__lt=at - LONGEST).delete()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        if _claimed(digest, at):
            return None
        first = Submission.objects.filter(pk=digest).values_list("location", flat=True).first()
        if first:
            return first
        if time.monotonic() > until:
            raise StillUnderWay(digest)
        time.sleep(PAUSE_SECONDS)


def settle(digest: str, location: str) -> None:
    """It is done and led here."""
    Submission.objects.filter(pk=digest).update(location=location)


def forget(digest: str) -> None:
    """It was refused, or broke: the same words may be sent again."""
    Submission.objects.filter(pk=digest).delete()


def _claimed(digest: str, at: datetime) -> bool:
    try:
        with transaction.atomic():
            Submission.objects.create(pk=digest, at=at)
    except IntegrityError:
        return False
    return True
