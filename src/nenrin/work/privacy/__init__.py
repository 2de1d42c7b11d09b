"""What this room hands over of a person, and forgets: one file for each noun."""
