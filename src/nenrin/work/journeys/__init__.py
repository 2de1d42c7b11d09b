"""Journeys: stages with goal, actions, criteria and days; who stands where, who moves on, and where accounts stall."""

from nenrin.work.journeys.moving import NeedsReason, Outcome, move, move_many, take_back

__all__ = ["NeedsReason", "Outcome", "move", "move_many", "take_back"]
