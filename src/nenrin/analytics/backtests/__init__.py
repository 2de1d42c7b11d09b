"""How well a health score told, on days that are over, who would leave: replayed with what was known on each day."""
