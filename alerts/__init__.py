"""Who is notified of a policy: subscriptions, matching of the change feed, outbox, messages, channels."""
