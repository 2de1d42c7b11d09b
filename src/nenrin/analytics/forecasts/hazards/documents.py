"""A risk model as a document of plain values, so that a version can be kept and asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from nenrin.analytics.forecasts.hazards.models import RiskModel

#: The second kind may have a level behind the measures; without one it is told as the first, which all versions read.
KIND, LEVELLED = "nenrin.risk/1", "nenrin.risk/2"


class UnknownDocument(ValueError):
    """This is no risk model of a kind that this version reads: learn it again."""


def to_dict(model: RiskModel) -> dict[str, Any]:
    """Plain values, ready for JSON."""
    kind = KIND if model.state is None else LEVELLED
    return {"kind": kind, "model": msgspec.to_builtins(model, enc_hook=_plain)}


def from_dict(document: Mapping[str, Any]) -> RiskModel:
    """The model that to_dict told; gives the same probabilities. Raises UnknownDocument."""
    if document.get("kind") not in (KIND, LEVELLED):
        raise UnknownDocument(f"{document.get('kind')!r} is neither {KIND!r} nor {LEVELLED!r}")
    return msgspec.convert(document["model"], RiskModel, dec_hook=_array)


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise NotImplementedError(type(value).__name__)


def _array(kind: type, value: object) -> object:
    return np.array(value, dtype=np.float64)
