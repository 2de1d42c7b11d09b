"""Journeys: the board by stage and its table, moves with a reason, where accounts stall, and the designer."""
