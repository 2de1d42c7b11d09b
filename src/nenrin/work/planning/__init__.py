"""What stands round the verbs of a success plan: its templates, its progress, its agreed editions, its links."""
