"""An import at work: chunk by chunk, what was rejected, and how it is taken back."""
