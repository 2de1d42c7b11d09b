"""Pages of risk: who will probably leave or grow, what that comes to, and the models that say so."""
