"""The installation's configuration as files: taken out, looked at against what is live, taken in at once, taken back."""
