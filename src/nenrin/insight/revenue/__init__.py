"""Recurring revenue as the organisation counts it: books, KPIs, slices, policies, targets."""
