"""Mail over SMTP. A message counts as delivered when the server accepts it (2xx after DATA)."""

from __future__ import annotations

import email.policy
import email.utils
import smtplib
import ssl
from email.message import EmailMessage

from attrs import field, frozen

from alerts.channels import ChannelUnavailable, DeliveryFailed, DeliveryRejected
from alerts.messages import Message

_REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)


@frozen(kw_only=True)
class EmailChannel:
    """Sends mail through an SMTP server; ``timeout`` is in seconds."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    timeout: float = 30.0

    def send(self, address: str, message: Message, *, message_id: str) -> None:
        """Send one mail to ``address``; raises DeliveryFailed or one of its subclasses."""
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

    def _refusal(self, error: Exception) -> DeliveryFailed:
        """The error for a refused mail: 5xx codes are permanent, 4xx temporary (RFC 5321, 4.2.1)."""
        codes = [code for code, _ in getattr(error, "recipients", {}).values()] or [
            getattr(error, "smtp_code", 0)
        ]
        kind = DeliveryRejected if all(500 <= code < 600 for code in codes) else DeliveryFailed
        return kind(f"{self.host}:{self.port} refused: {error}")

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelUnavailable(f"{self.host}:{self.port}: {error}") from error

    def _transmit(self, server: smtplib.SMTP, mail: EmailMessage, address: str) -> None:
        """A connection that breaks here may do so because of this mail, so other mails are still tried."""
        try:
            server.send_message(mail, from_addr=self.sender, to_addrs=[address])
        except _REFUSED as error:
            raise self._refusal(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"{self.host}:{self.port}: {error}") from error

    def _mail(self, address: str, message: Message, message_id: str) -> EmailMessage:
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.sender, address, message.subject
        mail["Date"] = email.utils.localtime()
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: prevents automatic replies
        mail.set_content(message.body, cte="base64")
        return mail


def _quit(server: smtplib.SMTP) -> None:
    """End the session. An error here does not matter: the server has accepted or refused the mail before."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()
