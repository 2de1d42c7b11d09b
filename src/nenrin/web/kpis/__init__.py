"""KPIs: the list, one KPI, its targets."""
