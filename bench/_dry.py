"""The same server, validating everything and storing nothing: the peer of the door's benchmark."""

from __future__ import annotations

from nenrin import rsgi  # first: it sets Django up
from nenrin.ingest import spool

spool.put = lambda batch: 1
application = rsgi.application
