"""A seeded small world of companies living through months, with known truth.

`economy` draws who the customers are and what happens to them; `names` and `prose` give them words; `stories`
are hand-written arcs; `writer` tells all of it to the product through public verbs and the tracking door.
"""
