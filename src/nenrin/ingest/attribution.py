"""Which account a source's key counts for now, for the few keys that a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.engine import file_list
from nenrin.customers import accounts
from nenrin.customers.models import Account

Pair = tuple[str, str]
MEMBERS = """
select split_part(key, '|', 1), body->>'$.user', body->>'$.group'
from read_parquet({files}, hive_partitioning = false)
where (split_part(key, '|', 1), body->>'$.user') in (select unnest($1), unnest($2)) group by all
"""


def accounts_of(lake: Lake, keys: Iterable[Pair]) -> Mapping[Pair, Account]:
    """Accounts by (namespace, key), keys as the lake has them: `g:` directly, `u:` by the user's only group.

    An anonymous key, an unknown one, and a user of several groups have none.
    """
    wanted = set(keys)
    groups = {pair: pair[1][2:] for pair in wanted if pair[1].startswith("g:")}
    groups |= _only_groups(lake, [pair for pair in wanted if pair[1].startswith("u:")])
    found = accounts.find_many({(namespace, group) for (namespace, _), group in groups.items()})
    return {pair: found[pair[0], group] for pair, group in groups.items() if (pair[0], group) in found}


def _only_groups(lake: Lake, users: list[Pair]) -> dict[Pair, str]:
    files = lake.facts.files(["membership"]) if users else []
    if not files:
        return {}
    asked = [[namespace for namespace, _ in users], [key[2:] for _, key in users]]
    with lake.connection() as db:
        rows = db.execute(MEMBERS.format(files=file_list(files)), asked).fetchall()
    members: dict[Pair, list[str]] = {}
    for namespace, user, group in rows:
        members.setdefault((namespace, f"u:{user}"), []).append(group)
    return {pair: groups[0] for pair, groups in members.items() if len(groups) == 1}
