"""Health models and measures: the editor, its rules and curves, versions and standing."""
