"""python -m bench._visiting UNTIL: somebody at work in the interface until the file is there; prints each answer's seconds.

Run by what measures how long a page takes while the worker is busy; says "ready" once every page was seen.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import cycle
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from nenrin.foundation.models import Member  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402

PAGES = ("/my-day", "/accounts", "/tasks", "/playbooks", "/")


def main(until: Path) -> list[float]:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"accept-encoding": "br"})
    member = Member.objects.get(role=Role.ADMINISTRATOR)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    for path in PAGES:
        assert client.get(path).status_code == 200, path
    print("ready", flush=True)
    times, paths = [], cycle(PAGES)
    while not until.exists():
        begun = time.perf_counter()
        client.get(next(paths))
        times.append(time.perf_counter() - begun)
    return times


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
