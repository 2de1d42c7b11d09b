"""When this becomes true, do these steps: triggers, runs, waits, effects."""
