"""Opportunities to grow with a customer: candidates from facts, opened, proposed, handed to sales, followed to their end.

`opportunities.open(account, kind, by=..., at=...)` opens one; candidates.py says where one might be, holding.py what
speaks against it now.
"""

from nenrin.work.opportunities.opening import change as change
from nenrin.work.opportunities.opening import open as open
