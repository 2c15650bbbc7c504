"""Mail over SMTP. A message counts as delivered when the server accepts it (2xx after DATA)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import field, frozen

from alerts.channels.base import ChannelUnavailable, DeliveryFailed, DeliveryRejected
from policy.errors import BadAddress

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

    from alerts.channels.base import Message

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_LONGEST = 254  # RFC 5321, 4.5.3.1.3


def normalise_mail_address(address: str) -> str:
    """A single bare mail address, without display name or line breaks, its domain in lower case.

    Raises BadAddress for anything else.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or len(address) > _LONGEST:
        raise BadAddress(f"{address!r} is not a mail address (expected one as name@example.org)")
    return f"{match['local']}@{match['domain'].lower()}"


def _check_port(_: object, __: object, value: int) -> None:
    if not 1 <= value <= 65535:
        raise ValueError(f"must be at least 1 and at most 65535, is {value}")


def _check_sender(_: object, __: object, value: str) -> None:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"expected a mail address, found {value!r}")


def _check_timeout(_: object, __: object, value: float) -> None:
    if not 0 < value <= 3600:
        raise ValueError(f"must be more than 0 and at most 3600, is {value:g}")


@frozen(kw_only=True)
class EmailChannel:
    """Sends mail through an SMTP server; ``timeout`` is in seconds.

    The libraries of mail are imported when something is sent: every command loads the configuration.
    """

    table: ClassVar[str] = "mail"
    environment: ClassVar[Mapping[str, str]] = {"password": "POLARCHIVE_SMTP_PASSWORD"}

    host: str = ""
    port: int = field(default=25, validator=_check_port)
    sender: str = field(default="polarchive@localhost", validator=_check_sender)
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    timeout: float = field(default=30.0, validator=_check_timeout)

    @property
    def missing_key(self) -> str | None:
        """The server is the only setting without which no mail can be sent."""
        return None if self.host else "mail.host"

    @staticmethod
    def normalise_address(address: str) -> str:
        """See :func:`normalise_mail_address`."""
        return normalise_mail_address(address)

    def send(self, address: str, message: Message, *, message_id: str) -> None:
        """Send one mail to ``address``; raises DeliveryFailed or one of its subclasses."""
        import smtplib

        mail = self._mail(address, message, message_id)
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelUnavailable(f"{self.host}:{self.port}: {error}") from error
        try:
            self._log_in(server)
            self._transmit(server, mail, address)
        finally:
            _quit(server)

    def _refusal(self, error: Any) -> DeliveryFailed:
        """The error for a refused mail: 5xx codes are permanent, 4xx temporary (RFC 5321, 4.2.1)."""
        codes = [code for code, _ in getattr(error, "recipients", {}).values()] or [
            getattr(error, "smtp_code", 0)
        ]
        kind = DeliveryRejected if all(500 <= code < 600 for code in codes) else DeliveryFailed
        return kind(f"{self.host}:{self.port} refused: {error}")

    def _log_in(self, server: smtplib.SMTP) -> None:
        import smtplib
        import ssl

        try:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelUnavailable(f"{self.host}:{self.port}: {error}") from error

    def _transmit(self, server: smtplib.SMTP, mail: EmailMessage, address: str) -> None:
        """A connection that breaks here may do so because of this mail, so other mails are still tried."""
        import smtplib

        refused = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)
        try:
            server.send_message(mail, from_addr=self.sender, to_addrs=[address])
        except refused as error:
            raise self._refusal(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"{self.host}:{self.port}: {error}") from error

    def _mail(self, address: str, message: Message, message_id: str) -> EmailMessage:
        import email.policy
        import email.utils
        from email.message import EmailMessage

        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.sender, address, message.subject
        mail["Date"] = email.utils.localtime()
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: prevents automatic replies
        mail.set_content(message.body, cte="base64")
        return mail


def _quit(server: smtplib.SMTP) -> None:
    """End the session. An error here does not matter: the server has accepted or refused the mail before."""
    import smtplib

    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()
