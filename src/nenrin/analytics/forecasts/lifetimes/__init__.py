"""How long customers stay and what their future payments are worth, from who left at which occasion."""

from nenrin.analytics.forecasts.lifetimes.cohorts import Cohort, NotEnough, from_lives, from_survivors
from nenrin.analytics.forecasts.lifetimes.fits import Choice, Fit, choose, fit
from nenrin.analytics.forecasts.lifetimes.models import (
    BetaDiscreteWeibull,
    Geometric,
    Kind,
    Model,
    ShiftedBetaGeometric,
    first_churn,
    retention,
)

__all__ = [
    "BetaDiscreteWeibull",
    "Choice",
    "Cohort",
    "Fit",
    "Geometric",
    "Kind",
    "Model",
    "NotEnough",
    "ShiftedBetaGeometric",
    "choose",
    "first_churn",
    "fit",
    "from_lives",
    "from_survivors",
    "retention",
]
