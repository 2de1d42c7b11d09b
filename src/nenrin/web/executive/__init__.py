"""The executive dashboard on the screen, on paper and as files."""
