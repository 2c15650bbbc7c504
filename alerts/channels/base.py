"""What a channel is: its settings, its addresses, and how it sends a message or says why it could not.

A channel decides success by the response of its service, and reports a failure as one of::

    DeliveryFailed             temporary: try this message again later
    ├── DeliveryRejected       permanent (a hard bounce): give this message up
    └── ChannelUnavailable     the channel is down: try no other message on it now
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from attrs import frozen


class DeliveryFailed(Exception):
    """The channel did not accept the message; a later attempt may succeed."""


class DeliveryRejected(DeliveryFailed):
    """The channel will never accept the message."""


class ChannelUnavailable(DeliveryFailed):
    """The channel accepts no message at all at the moment."""


@frozen(kw_only=True)
class Message:
    """A subject of one line, safe for mail headers, and a plain text body."""

    subject: str
    body: str


class Channel(Protocol):
    """A way to reach subscribers: a frozen attrs class whose fields are its keys in ``polarchive.toml``.

    Every field has a default, because a channel without settings exists but sends nothing. A field with
    ``repr=False`` is a secret, which no error message repeats.
    """

    table: ClassVar[str]
    """The table of ``polarchive.toml`` with its settings."""
    environment: ClassVar[Mapping[str, str]]
    """Environment variables that override settings, by the name of the field."""

    @property
    def missing_key(self) -> str | None:
        """The key that must be set before it can send, as ``mail.host``; None if it can."""

    @staticmethod
    def normalise_address(address: str) -> str:
        """The address in the form that is stored; raises BadAddress if no message can be sent to it."""

    def send(self, address: str, message: Message, *, message_id: str) -> None:
        """Send one message, or raise DeliveryFailed. The same ``message_id`` may be sent twice."""
