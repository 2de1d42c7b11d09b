"""Meetings: the list, one meeting, its brief, calendars in and out, mails to match."""
