"""YAML as plain values, read so that nothing is lost in silence: of a key that stands twice YAML would take the last."""

from __future__ import annotations

from typing import Any

import yaml


class Twice(yaml.YAMLError):
    """A key stands twice in one mapping, the second time in this line."""

    def __init__(self, key: str, line: int) -> None:
        self.key, self.line = key, line
        super().__init__(f"line {line}: {key!r} stands twice")


class _Loader(yaml.SafeLoader):
    """SafeLoader, but for keys that stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        known: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            if key.value in known:
                raise Twice(key.value, key.start_mark.line + 1)
            known.add(key.value)
        return super().construct_mapping(node, deep=deep)


def loaded(text: str) -> Any:
    """The plain values of one document. Raises Twice, and yaml.YAMLError for what is no YAML.

    >>> loaded("a: 1")
    {'a': 1}
    >>> loaded("a: 1\\na: 2")
    Traceback (most recent call last):
    nenrin.playbooks.documents.plain.Twice: line 2: 'a' stands twice
    """
    return yaml.load(text, Loader=_Loader)  # a SafeLoader
