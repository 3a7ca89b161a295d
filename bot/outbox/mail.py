"""Sends e-mail over SMTP."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.outbox.worker import Refused

TIMEOUT_SECONDS = 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Mailer:
    """A mail server and the address that messages come from.

    Passwords and messages go over TLS only: `smtps://` from the start, `smtp://` by STARTTLS,
    which is left out on this machine alone.
    """

    url: str
    sender: str

    def __call__(self, payload: Mapping[str, Any], key: str, now: datetime) -> None:
        """Sends an e-mail: `to`, `subject`, `text`; `calendar` and `attachments` if wanted."""
        message = self.message(payload, key, now)
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and all(code >= 500 for code in codes):
                raise Refused(f"the mail server refuses the address ({codes[0]})") from None
            raise
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= 500:
                raise Refused(f"the mail server refuses the message ({error.smtp_code})") from None
            raise

    def message(self, payload: Mapping[str, Any], key: str, now: datetime) -> EmailMessage:
        """The e-mail. Its Message-ID is made from the key: sent twice, it is the same one."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(payload["to"])
        message["Subject"] = payload["subject"]
        message["Date"] = format_datetime(now)
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(payload["text"])
        calendar = payload.get("calendar")
        if calendar:
            # As an alternative it is an invitation to Outlook and Google; as a file, to the rest.
            params = {"method": calendar["method"]}
            message.add_alternative(calendar["text"], subtype="calendar", params=params)
            message.add_attachment(
                calendar["text"], subtype="calendar", filename="appointment.ics", params=params
            )
        for file in payload.get("attachments", ()):
            kind, _, subtype = file["type"].partition("/")
            message.add_attachment(
                b64decode(file["content"]), maintype=kind, subtype=subtype, filename=file["name"]
            )
        return message

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        secure = ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=secure
            )
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
        try:
            if parts.scheme == "smtp" and host not in _LOOPBACK:
                server.starttls(context=secure)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server
