"""Playbooks: the list, the builder, versions, runs, replays."""
