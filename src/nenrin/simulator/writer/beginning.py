"""How the team began a hundred days ago: what its greatest problem was, and where it stood on that day."""

from datetime import datetime, timedelta

from nenrin.foundation import organisation
from nenrin.insight.models import StartBaseline
from nenrin.insight.start import answers, baselines
from nenrin.simulator.writer.accounts import Book

DAYS = 100
PROBLEM, TEAM = "renewal", "6-20"


def begun(book: Book, *, now: datetime) -> StartBaseline | None:
    """Answer the questions of first use as of that day and freeze it as it was known; every page shows all the same."""
    at, by = now - timedelta(DAYS), book.ground.actor("hasegawa")
    answers.answer(PROBLEM, TEAM, by=by, at=at)
    answers.show_everything(True, by=by, at=at)
    return baselines.freeze(organisation.today(at), by=by, at=at)
