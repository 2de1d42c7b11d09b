"""Mails that our people forward or copy to us, read into the timeline of the account they are about."""
