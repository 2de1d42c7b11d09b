"""Onboarding: the list and the board, a project's page, its templates and settings, how many complete it."""
