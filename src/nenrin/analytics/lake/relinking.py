"""Links when statements were only added: those of the source keys that they touch are resolved anew, the others kept.

A new statement touches its own key; one about a group touches whoever was ever said to be its member; one about a user
the anonymous ids that turned out to be that user; a merge the groups of the accounts that it moves. Leaves the same
temp tables in the session as `links.resolve`, which is what they are held to in the tests.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from nenrin.analytics.lake import links
from nenrin.analytics.lake.cache import TABLES
from nenrin.analytics.lake.engine import quoted

#: Of users without a fresh statement nothing is taken out of the documents: the part of a membership's key before its
#: group is the same for all of a user's.
PLACE = "split_part(key, '|g:', 1)"
ANONYMOUS = """
create temp table fresh_anonymous as select distinct namespace, rest as key from fresh_alias;
create or replace temp table persons as
from old_persons anti join fresh_anonymous using (namespace, key) union all by name
select * from ({persons}) semi join fresh_anonymous using (namespace, key);
"""
GROUPS = """
create temp table touched_groups as
select namespace, rest as key from fresh_key
union select namespace, rest from said_key where account in (
  select account from (from survivors except from old_survivors)
  union select account from (from old_survivors except from survivors));
"""
MEMBERS = """
create temp table fresh_users as select distinct namespace, 'u:' || (body->>'$.user') as key from fresh_membership;
create temp table places as
select {place} as place from fresh_membership
union select split_part(namespace || '|' || user || '|g:', '|g:', 1)
from persons semi join (
  from fresh_anonymous union
  select p.namespace, p.key from persons p join fresh_users u on p.namespace = u.namespace and p.user = u.key
) using (namespace, key);
create temp table members as {memberships} where {chosen};
create temp table touched_users as
from fresh_users
union select m.namespace, m.key from members m join touched_groups g on m.namespace = g.namespace and m.value = g.key;
create temp table touched_anonymous as
from fresh_anonymous union
select p.namespace, p.key from persons p join touched_users u on p.namespace = u.namespace and p.user = u.key;
create temp table touched as from touched_groups union from touched_users union from touched_anonymous;
"""
#: All that is said of whoever it takes to resolve what is touched.
SAID = """
create temp table said_memberships as
from members semi join (
  from touched_users union
  select p.namespace, p.user as key from persons p semi join touched_anonymous using (namespace, key)
) using (namespace, key);
create temp table said_keys as
select * from ({keys}) semi join (
  from touched_groups union select namespace, value as key from said_memberships
) using (namespace, key);
"""
RELINKED = """
create or replace temp table links as
from old_links anti join touched using (namespace, key) union all by name
from links semi join touched using (namespace, key)
"""
LEFTOVERS = [
    *(f"old_{table}" for table in TABLES), "fresh_anonymous", "fresh_users", "touched_groups", "places", "members", "touched_users",
    "touched_anonymous", "touched",
]  # fmt: skip


def resolve(db: duckdb.DuckDBPyConnection, base: Path) -> None:
    """Build `links`, `persons` and `survivors` from those in the folder `base` and the views `said_<kind>` (all that
    was ever said) and `fresh_<kind>` (what `base` does not know).

    Raises duckdb.IOException where the folder was just swept away.
    """
    for table in TABLES:
        db.execute(
            f"create or replace temp table old_{table} as from read_parquet({quoted(str(base / f'{table}.parquet'))})"
        )
    links.survive(db)
    db.execute(ANONYMOUS.format(persons=links.PERSONS))
    db.execute(GROUPS)
    [(groups,)] = db.execute("select count(*) from touched_groups").fetchall()
    chosen = "true" if groups else f"{PLACE} in (select place from places)"
    db.execute(MEMBERS.format(place=PLACE, memberships=links.MEMBERSHIPS, chosen=chosen))
    db.execute(SAID.format(keys=links.KEYS))
    links.compose(db)
    db.execute(RELINKED)
    for table in LEFTOVERS:
        db.execute(f"drop table {table}")
