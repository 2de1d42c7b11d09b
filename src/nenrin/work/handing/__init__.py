"""What stands round the verbs of a handoff: its items, when one opens by itself, its figures, what became of deals."""
