"""Telco: 7,043 subscribers of a published file, five folds, nobody told by a fit that had seen him.

The file is one snapshot: one period, months with the company as a feature, the kind of contract as tier, every service
as columns of its own. Steps and ridges are chosen within each training part alone. LightGBM, if it is installed, tells
the same folds with settings that suit so small a file. A perfectly calibrated model has a mean calibration error of
about .010 here.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import risk, verdicts
from nenrin.analytics.forecasts.hazards.tables import Feature, Table
from tests.analytics.risk_worlds import snapshot

try:
    import lightgbm
except ImportError:
    lightgbm = None

FILE = Path(os.environ.get("NENRIN_DATA", Path(__file__).parents[2] / "shared" / "data")) / "telco_churn.csv"
FOLDS = 5
NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges")
SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_child_samples": 30,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "lambda_l2": 5.0,
    "verbose": -1,
    "num_threads": 1,
    "seed": 0,
}
SKIPPED = ("customerID", "Churn", "Contract", *NUMBERS)
Floats = NDArray[np.float64]


def run() -> list[dict[str, Any]]:
    if not FILE.exists():
        return [{"name": f"Telco: skipped, {FILE} is not there", "holds": None}]
    table = read()
    happened, fold = table.events["churn"], dealt(table.events["churn"])
    ours = unseen(table, fold)
    judged = verdicts.calibration(ours, happened)
    auc = [_auc(ours[fold == n], happened[fold == n]) for n in range(FOLDS)]
    peer = _peer(table, fold)
    other = (
        None
        if peer is None
        else round(float(np.mean([_auc(peer[fold == n], happened[fold == n]) for n in range(FOLDS)])), 4)
    )
    mean = float(np.mean(auc))
    return [
        {
            "name": "Telco, 5 folds: AUC",
            "figure": round(mean, 4),
            "unit": f"mean of folds, standard error {np.std(auc, ddof=1) / np.sqrt(FOLDS):.4f}",
            "peer": "LightGBM" if peer is not None else "LightGBM is not installed",
            "peer_figure": other,
            "ratio": None if other is None else round(mean / other, 4),
            "aim": 0.850,
            "holds": mean >= 0.850,
        },
        {
            "name": "Telco: calibration error of ten bins",
            "figure": round(judged.ece, 4),
            "aim": 0.013,
            "holds": judged.ece <= 0.013,
        },
        {
            "name": "Telco: calibration test",
            "figure": round(judged.p, 3),
            "unit": "p",
            "aim": "> .05",
            "holds": judged.p > 0.05,
        },
        {
            "name": "Telco: Brier",
            "figure": round(verdicts.brier(ours, happened), 4),
            "peer_figure": None if peer is None else round(verdicts.brier(peer, happened), 4),
        },
    ]


def read() -> Table:
    rows = list(csv.DictReader(FILE.open(encoding="utf-8")))
    number = {name: np.array([float(row[name].strip() or 0) for row in rows]) for name in NUMBERS}
    features = [Feature(name, values) for name, values in number.items()]
    features += [
        Feature("log tenure", np.log1p(number["tenure"])),
        Feature("paid above price", number["TotalCharges"] - number["tenure"] * number["MonthlyCharges"]),
    ]
    for name in rows[0]:
        if name not in SKIPPED:
            features += _marks(name, [row[name] for row in rows])
    contract = np.array([row["Contract"] for row in rows])
    happened = np.array([row["Churn"] == "Yes" for row in rows])
    return snapshot(contract, np.ones(len(rows), dtype=bool), tuple(features), {"churn": happened})


def _marks(name: str, values: list[str]) -> list[Feature]:
    kinds = sorted(set(values))
    return [Feature(f"{name}: {kind}", np.array([float(value == kind) for value in values])) for kind in kinds[1:]]


def dealt(happened: NDArray[np.bool_]) -> NDArray[np.int64]:
    order = np.lexsort((np.random.default_rng(5).random(len(happened)), happened))
    fold = np.empty(len(happened), dtype=np.int64)
    fold[order] = np.arange(len(happened)) % FOLDS
    return fold


def unseen(table: Table, fold: NDArray[np.int64]) -> Floats:
    found = np.empty(len(table))
    for n in range(FOLDS):
        model = risk.learned(table.chosen(fold != n))
        assert isinstance(model, risk.RiskModel)
        found[fold == n] = model.probability(table.chosen(fold == n), 30).value
    return found


def _peer(table: Table, fold: NDArray[np.int64]) -> Floats | None:
    if lightgbm is None:
        return None
    kinds = [(table.tier == kind).astype(float) for kind in np.unique(table.tier)]
    columns = np.stack([*(one.values for one in table.features), *kinds], axis=1)
    found = np.empty(len(table))
    for n in range(FOLDS):
        own = fold != n
        made = lightgbm.train(SETTINGS, lightgbm.Dataset(columns[own], table.events["churn"][own]), 250)
        found[~own] = made.predict(columns[~own])
    return found


def _auc(probability: Floats, happened: NDArray[np.bool_]) -> float:
    found = verdicts.auc(probability, happened)
    assert found is not None
    return found
