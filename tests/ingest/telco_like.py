"""Sixty made-up subscribers in the columns of the public Telco file: fifteen have left, two are in their first month."""

from __future__ import annotations

HEAD = (
    "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,OnlineSecurity,"
    "OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,PaymentMethod,"
    "MonthlyCharges,TotalCharges,Churn"
)
ROWS, LEFT, BLANK = 60, 15, 2
_CONTRACTS = ("Month-to-month", "One year", "Two year")


def content() -> bytes:
    return "\n".join([HEAD, *(_row(place) for place in range(ROWS)), ""]).encode()


def _row(place: int) -> str:
    """Every fourth has left; of the others, the two first began in the month of the file, and have paid nothing yet."""
    left = place % 4 == 3
    tenure = 0 if place in (0, 1) else 1 + place * 71 // ROWS
    monthly = 20 + place * 1.5
    total = "" if tenure == 0 else f"{monthly * tenure:.2f}"
    services = "Yes,No,DSL,No,Yes,No,No,Yes,No"
    return (
        f"{place:04d}-MADE,Female,{place % 2},Yes,No,{tenure},{services},{_CONTRACTS[place % 3]},"
        f"{'No' if place % 2 else 'Yes'},Mailed check,{monthly:.2f},{total},{'Yes' if left else 'No'}"
    )
