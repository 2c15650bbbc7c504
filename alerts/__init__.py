"""Notification of subscribers: subscriptions, matching of the change feed, outbox, messages, channels."""
