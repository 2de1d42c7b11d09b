"""How measures and health are brought up to date: what was touched, evaluated, stored."""
