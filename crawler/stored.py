"""The archive's captures as payloads to read again."""

from __future__ import annotations

from attrs import frozen

from config import Config
from policy.records import Capture, Payload
from storage import captured, stored
from storage.database import Database


@frozen
class Stored:
    """Where the captures lie, and who knows which of them hold which payload."""

    config: Config
    database: Database

    def payload(self, capture: Capture) -> Payload:
        """What reading needs of a capture; raises ArchiveError when it cannot be had."""
        limit = self.config.crawl.max_decoded_bytes
        return stored.payload(self.config.captures, capture, limit, known=self._holder)

    def _holder(self, digest: str) -> Capture | None:
        with self.database.read() as session:
            return captured.first_capture(session, digest)
