"""Where facts come in: sources, imports, the event catalogue, the data board."""
