"""Hand-written customers, each living one arc that a page must be able to show."""
