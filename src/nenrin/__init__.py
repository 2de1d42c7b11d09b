"""Nenrin: customer success and customer marketing for B2B subscription companies."""

import os
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


def _calculate_in_one_thread() -> None:
    """One thread a process for linear algebra, unless the environment says otherwise; before numpy is imported.

    Our matrices are small: what more threads save, they lose eightfold in waiting for each other. Several workers
    use several cores.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


_use_sound_sqlite()
_calculate_in_one_thread()
