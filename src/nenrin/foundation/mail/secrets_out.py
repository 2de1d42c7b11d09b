"""What a mail carried that opens a door is taken out of what is kept of it, once it cannot go out any more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nenrin.foundation.models import Mail

GONE: Final = "●●●"


def take_out(mails: Iterable[Mail], pattern: re.Pattern[str]) -> int:
    """Put marks in place of what the pattern finds in text and markup; returns how many mails. Safe to repeat.

    Only where a mail still stands in the state in which it was read.
    """
    changed = 0
    for mail in mails:
        text, html = pattern.sub(GONE, mail.text), pattern.sub(GONE, mail.html)
        if (text, html) != (mail.text, mail.html):
            changed += Mail.objects.filter(pk=mail.pk, state=mail.state).update(text=text, html=html)
    return changed
