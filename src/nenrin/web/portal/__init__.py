"""The customer's side of an onboarding project: a page by a link, without an account."""
