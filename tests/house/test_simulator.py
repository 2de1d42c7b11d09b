"""The simulated company goes through the product's own verbs: no row is written past them, nothing private is touched."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SIMULATOR = Path(__file__).parents[2] / "src" / "nenrin" / "simulator"
FILES = sorted(SIMULATOR.rglob("*.py"))
#: What writes rows of a table, past every verb and its journal entry.
WRITES = {
    "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update", "save", "delete",
    "acreate", "asave", "adelete", "aupdate", "raw", "execute", "executemany", "cursor",
}  # fmt: skip
#: Helpers of the verbs themselves, which write without a journal entry.
INSIDE = {"nenrin.foundation.bulk", "django.db.connection"}


def written_past_the_verbs(source: str) -> list[str]:
    """Lines that write rows themselves: `rows.update(...)`, `row.save()`, a table's row made by hand, a private name.

    `module.save(...)` is a verb where the module is imported from the product.
    """
    tree = ast.parse(source)
    imported = _imported(tree)
    tables = {name for name, path in imported.items() if ".models." in path}
    found = [f"{path}" for path in imported.values() if path in INSIDE]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (told := _offence(node.func, imported, tables)):
            found.append(f"{node.lineno}: {told}")
        elif isinstance(node, ast.Attribute) and _is_private(node, imported):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _offence(called: ast.expr, imported: dict[str, str], tables: set[str]) -> str:
    if isinstance(called, ast.Name) and called.id in tables:
        return f"{called.id}(...)"
    if not isinstance(called, ast.Attribute) or called.attr not in WRITES:
        return ""
    owner = called.value
    is_verb = isinstance(owner, ast.Name) and owner.id in imported and owner.id not in tables
    return "" if is_verb else ast.unparse(called)


def _is_private(node: ast.Attribute, imported: dict[str, str]) -> bool:
    is_hidden = node.attr.startswith("_") and not node.attr.startswith("__")
    return is_hidden and isinstance(node.value, ast.Name) and imported.get(node.value.id, "").startswith("nenrin.")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SIMULATOR).as_posix())
def test_the_simulator_speaks_public_verbs_alone(file: Path) -> None:
    assert written_past_the_verbs(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "Account.objects.create(name='x')", "Account.objects.filter(pk=1).update(name='x')", "row.save()",
        "Account.objects.get_or_create(name='x')", "Account.objects.bulk_create([])", "row.delete()", "Account(name='x')",
        "accounts._written(row)", "rows.order_by('pk').update(name='x')",
    ],
)  # fmt: skip
def test_whoever_writes_past_the_verbs_is_found(line: str) -> None:
    head = "from nenrin.customers import accounts\nfrom nenrin.customers.models import Account\n"
    assert written_past_the_verbs(head + line)


def test_a_verb_that_is_called_save_is_a_verb() -> None:
    assert written_past_the_verbs("from nenrin.customers import products\nproducts.save('a', name='b')\n") == []
