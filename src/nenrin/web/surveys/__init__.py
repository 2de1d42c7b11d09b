"""Surveys: the page that a link opens for whoever was asked, and what came of them for us."""
