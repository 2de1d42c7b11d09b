"""Telco: 7,043 subscribers of a published file, five folds, nobody told by a fit that had seen him.

The file is one snapshot: one period, months with the company as a feature, the kind of contract as tier, every service
as columns of its own. Steps and ridges are chosen within each training part alone. LightGBM tells the same folds, its
trees chosen within the same parts (`_lightgbm`); it is installed in an environment of its own, and where that cannot be
the row says so. A perfectly calibrated model has a mean calibration error of about .010 here.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import _lightgbm
import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import risk, verdicts
from nenrin.analytics.forecasts.hazards.tables import Feature, Table
from tests.analytics.risk_worlds import snapshot

FILE = Path(os.environ.get("NENRIN_DATA", Path(__file__).parents[2] / "shared" / "data")) / "telco_churn.csv"
FOLDS = 5
NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges")
SKIPPED = ("customerID", "Churn", "Contract", *NUMBERS)
Floats = NDArray[np.float64]


def run() -> list[dict[str, Any]]:
    if not FILE.exists():
        return [{"name": f"Telco: skipped, {FILE} is not there", "holds": None}]
    table = read()
    happened, fold = table.events["churn"], dealt(table.events["churn"])
    ours = unseen(table, fold)
    judged = verdicts.calibration(ours, happened)
    auc, peer = _by_fold(ours, happened, fold), _peer(table, fold)
    other = None if peer is None else _by_fold(peer, happened, fold)
    mean = float(auc.mean())
    return [
        {
            "name": "Telco, 5 folds: AUC",
            "figure": round(mean, 4),
            "unit": f"mean of folds, standard error {_error(auc):.4f}",
            "peer": "LightGBM, same folds" if other is not None else "LightGBM is not to be had here",
            "peer_figure": None if other is None else round(float(other.mean()), 4),
            "ratio": None if other is None else round(mean / float(other.mean()), 4),
            "aim": 0.850,
            "holds": mean >= 0.850,
        },
        *([] if other is None else [_paired(auc - other)]),
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
    kinds = [(table.tier == kind).astype(float) for kind in np.unique(table.tier)]
    columns = np.stack([*(one.values for one in table.features), *kinds], axis=1)
    return _lightgbm.ask(columns, table.events["churn"], fold)


def _paired(apart: Floats) -> dict[str, Any]:
    """Fold by fold, ours less its own: the spread of the folds that both share falls out."""
    return {
        "name": "Telco: AUC above LightGBM's, fold by fold",
        "figure": round(float(apart.mean()), 4),
        "unit": f"standard error {_error(apart):.4f}; ours the higher in {int((apart > 0).sum())} of {FOLDS} folds",
    }


def _by_fold(probability: Floats, happened: NDArray[np.bool_], fold: NDArray[np.int64]) -> Floats:
    return np.array([_auc(probability[fold == n], happened[fold == n]) for n in range(FOLDS)])


def _error(values: Floats) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _auc(probability: Floats, happened: NDArray[np.bool_]) -> float:
    found = verdicts.auc(probability, happened)
    assert found is not None
    return found
