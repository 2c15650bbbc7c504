"""Decisions of the archive as pure functions: identity of policies and articles, revisits, backoff, drift,
validity."""
