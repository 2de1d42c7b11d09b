"""Nenrin: customer success and customer marketing for B2B subscription companies."""

import sys

__version__ = "0.1.0"


def _use_sound_sqlite() -> None:
    """Put `pysqlite3` in the place of the standard module, before Django imports it.

    Systems still ship SQLite libraries older than 3.51.3, whose write-ahead log can lose a committed
    write when two connections race. Where no wheel exists the standard module stays, and `settings`
    falls back to a rollback journal.
    """
    try:
        import pysqlite3
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


_use_sound_sqlite()
