"""Libraries that take long to load and are needed seldom: loaded when first used, and still named at the top."""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def module(name: str) -> ModuleType:
    """The library of that name, or what stands for it until one of its names is read. Raises ModuleNotFoundError.

    >>> module("colorsys").rgb_to_hls(0.5, 0.5, 0.5)[1]
    0.5
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name=name)
    loader = LazyLoader(spec.loader)
    spec.loader = loader
    made = module_from_spec(spec)
    sys.modules[name] = made
    loader.exec_module(made)
    return made
