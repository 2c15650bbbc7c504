"""Channels that deliver messages to subscribers: one module each, registered here by name.

To add one, write a module with a class as :class:`alerts.channels.base.Channel` describes it, and register
it in :data:`CHANNELS`. Configuration, subscriptions and the outbox use the registry; nothing else has to
change.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from alerts.channels.base import Channel
from alerts.channels.email import EmailChannel

CHANNELS: Mapping[str, type[Channel]] = MappingProxyType({"email": EmailChannel})
"""The class of each channel by its name, which subscriptions store."""
