"""The pages of renewals: what is ahead, what is expected of it, how good such forecasts were."""
