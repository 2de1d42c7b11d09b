"""Surveys of our own: NPS, CSAT, CES, asked by mail and answered on a page that a link opens."""
