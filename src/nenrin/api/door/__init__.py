"""The tracking door: Segment's HTTP tracking API, and what RudderStack's, PostHog's and Jitsu's clients call instead."""
