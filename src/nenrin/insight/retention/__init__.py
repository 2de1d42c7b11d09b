"""How long customers stay, counted: side by side by group, and what goes with leaving sooner."""
