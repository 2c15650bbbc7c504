"""Channels that deliver messages to subscribers, one module per channel, and their common errors.

::

    DeliveryFailed             temporary: try this message again later
    ├── DeliveryRejected       permanent: give this message up
    └── ChannelUnavailable     the channel is down: try no other message now
"""

from __future__ import annotations

from typing import Protocol

from alerts.messages import Message


class DeliveryFailed(Exception):
    """The channel did not accept the message; a later attempt may succeed."""


class DeliveryRejected(DeliveryFailed):
    """The channel will never accept the message."""


class ChannelUnavailable(DeliveryFailed):
    """The channel accepts no message at all at the moment."""


class Channel(Protocol):
    """Sends one message, or raises DeliveryFailed. The same ``message_id`` may be sent twice."""

    def send(self, address: str, message: Message, *, message_id: str) -> None: ...
