"""The pages of opportunities: the pipeline, one with its proposals, candidates with evidence, the whitespace."""
