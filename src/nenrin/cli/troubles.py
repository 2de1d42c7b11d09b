"""What went wrong, in one line with its remedy: for whatever a command meets and did not foresee."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, ProgrammingError

from nenrin.foundation.refusals import NotInstalled

#: Troubles that have a remedy; all others are faults of ours, and their trace is wanted.
KNOWN = (NotInstalled, ImproperlyConfigured, DatabaseError, OSError)

_REMEDIES = (
    ("no such table", "this home has no database of this version yet: run `nenrin init`, or `nenrin upgrade`"),
    ("no such column", "the database is older than this version: run `nenrin upgrade`"),
    ("does not exist", "the database is empty or older than this version: run `nenrin init`, or `nenrin upgrade`"),
    ("locked", "another process has held the database for 20 seconds: try again, or see what is running"),
    ("unable to open database file", "the database cannot be opened: does this user own NENRIN_HOME?"),
    ("readonly database", "the database cannot be written: does this user own NENRIN_HOME?"),
    ("disk is full", "the disk is full: free some space and try again; nothing was changed"),
    ("not a database", "the file is no database of Nenrin's: restore a backup"),
    ("malformed", "the database is damaged: restore a backup"),
    ("connection", "PostgreSQL does not answer: is it running, and is NENRIN_DATABASE_URL right?"),
)


def told(trouble: BaseException) -> str:
    """
    >>> told(OperationalError("database is locked"))
    'another process has held the database for 20 seconds: try again, or see what is running'
    """
    if isinstance(trouble, OperationalError | ProgrammingError):
        said = str(trouble)
        return next((remedy for mark, remedy in _REMEDIES if mark in said), said.strip())
    if isinstance(trouble, OSError) and trouble.strerror:
        where = f"{trouble.filename}: " if trouble.filename else ""
        return f"{where}{trouble.strerror}"
    return str(trouble)
