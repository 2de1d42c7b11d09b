"""The embedded database as Django's engine `nenrin.foundation.sqlite`: Django's own, with shorter waits for one's turn."""
