"""Ways to a subscriber: one module each."""

from __future__ import annotations

from typing import Protocol

from alerts.messages import Message


class DeliveryFailed(Exception):
    """The channel did not take the message; it may later."""


class DeliveryRejected(DeliveryFailed):
    """The channel will never take it."""


class ChannelUnavailable(DeliveryFailed):
    """The channel takes no message at all now: the others need not be tried."""


class Channel(Protocol):
    """Hands over one message, or raises NotDelivered. The same ``message_id`` may come twice."""

    def send(self, address: str, message: Message, *, message_id: str) -> None: ...
