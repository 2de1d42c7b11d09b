"""LightGBM in an environment of its own, asked for the same rows and the same folds.

How deep its trees are and how many there are is chosen within each training part alone, by log loss on folds of it, as
our own step and ridge are. It is a peer of the proof and no part of the product.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "lightgbm==4.7.0"
HOME = Path(__file__).parents[1] / "var" / "peers" / "lightgbm"
ASK = """
import sys

import lightgbm
import numpy as np

SETTINGS = {"objective": "binary", "metric": "binary_logloss", "learning_rate": 0.03, "min_child_samples": 30,
            "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.5, "lambda_l2": 5.0, "verbose": -1,
            "num_threads": 1, "seed": 0, "deterministic": True}
LEAVES, ROUNDS, PARTS = (3, 5, 8, 16), 800, 5


def chosen(columns, happened):
    tried = []
    for leaves in LEAVES:
        data = lightgbm.Dataset(columns, happened)
        loss = lightgbm.cv(SETTINGS | {"num_leaves": leaves}, data, ROUNDS, nfold=PARTS, stratified=False, seed=1)
        mean = np.array(next(values for name, values in loss.items() if name.endswith("logloss-mean")))
        tried.append((float(mean.min()), leaves, int(mean.argmin()) + 1))
    return min(tried)[1:]


with np.load(sys.argv[1]) as asked:
    columns, happened, fold = (asked[name] for name in ("columns", "happened", "fold"))
told = np.empty(len(happened))
for n in np.unique(fold):
    own = fold != n
    leaves, rounds = chosen(columns[own], happened[own])
    made = lightgbm.train(SETTINGS | {"num_leaves": leaves}, lightgbm.Dataset(columns[own], happened[own]), rounds)
    told[~own] = made.predict(columns[~own])
    print(f"fold {n}: {leaves} leaves, {rounds} rounds", file=sys.stderr)
np.save(sys.argv[2], told)
"""


def ask(
    columns: NDArray[np.float64], happened: NDArray[np.bool_], fold: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """(rows,) probability of each, by trees grown on the other folds; None: not to be had, and the reason is printed."""
    python = _python()
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        rows, told = Path(folder) / "rows.npz", Path(folder) / "told.npy"
        np.savez(rows, columns=columns, happened=happened.astype(np.float64), fold=fold)
        done = subprocess.run([python, "-c", ASK, rows, told], capture_output=True, text=True, timeout=1800)
        if done.returncode:
            print(f"LightGBM: {done.stderr[-2000:]}")
            return None
        found: NDArray[np.float64] = np.load(told)
        return found


def _python() -> Path | None:
    made = HOME / "bin" / "python"
    if not made.exists() and _failed("venv", "-q", "--python", sys.executable, str(HOME)):
        return None
    has = subprocess.run([made, "-c", "import lightgbm"], capture_output=True).returncode == 0
    if not has and _failed("pip", "install", "-q", "--python", str(made), PACKAGE):
        return None
    return made


def _failed(*command: str) -> bool:
    done = subprocess.run([sys.executable, "-m", "uv", *command], capture_output=True, text=True)
    if done.returncode:
        print(f"LightGBM is not to be had: {done.stderr[-500:]}")
    return bool(done.returncode)
