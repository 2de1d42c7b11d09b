"""My day: what a member's accounts ask for now, each with its reason, worth and next step, in the order of worth."""
