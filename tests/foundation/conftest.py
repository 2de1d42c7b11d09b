"""The embedded database's own tests need the embedded database."""

from __future__ import annotations

import os

collect_ignore = ["test_sqlite.py"] if os.environ.get("NENRIN_DATABASE_URL") else []
