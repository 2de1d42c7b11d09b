"""A pytest plugin for the suite inside the segment-analytics-python wheel: what goes to Segment's host goes to ours."""

from __future__ import annotations

import os
import sys
from typing import Any
from unittest import mock

from requests.adapters import HTTPAdapter
from segment.analytics import request

SEGMENT = "https://api.segment.io"


class PointedAtUs(HTTPAdapter):
    def send(self, prepared: Any, *args: Any, **kwargs: Any) -> Any:
        prepared.url = prepared.url.replace(SEGMENT, os.environ["NENRIN_TEST_HOST"])
        return super().send(prepared, *args, **kwargs)


request._session.mount(SEGMENT, PointedAtUs())
sys.modules["mock"] = mock  # the suite asks for the old package of what is now in the standard library
