"""Notification of subscribers: checks of subscriptions, matching of the change feed, outbox, messages, channels."""
