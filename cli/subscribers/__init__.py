"""Commands for subscribers: subscriptions and the messages they cause."""
