"""When steps that wait for each other begin and end, counted in business days."""

from nenrin.analytics.schedules.calendars import Days
from nenrin.analytics.schedules.networks import Circle, Step, Unknown, in_order, upstream
from nenrin.analytics.schedules.plans import Placed, Plan, Standing, plan

__all__ = ["Circle", "Days", "Placed", "Plan", "Standing", "Step", "Unknown", "in_order", "plan", "upstream"]
