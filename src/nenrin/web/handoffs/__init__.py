"""Pages of handoffs, promises, feedback to sales and what became of deals."""
