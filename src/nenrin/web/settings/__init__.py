"""The organisation's settings, its members and its audit log."""
