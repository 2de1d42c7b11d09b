"""The executive dashboard: one record of what the company keeps, loses and must decide, for a page, a print and programs."""
