"""Health scores: from a frame of measures to a score whose parts add up, and on from day to day.

One row of a frame is one account on one day. `raw` gives the day's own score (*today*), `scan` carries it into
the smoothed score with its band; `difference` says what lies between two days. No clock, no database, no Django.
"""
