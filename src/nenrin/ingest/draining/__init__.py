"""The way of an event from the spool to the lake: its time, its sender, its place, and once only."""
