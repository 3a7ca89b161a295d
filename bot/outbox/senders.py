"""Which sender takes which kind of message, by the settings of this process."""

from __future__ import annotations

from bot.booking.fhir.sending import ReferralSender, ReleaseSender
from bot.booking.fhir.systems import systems
from bot.knowledge.services import services
from bot.outbox.announce import REFERRAL
from bot.outbox.bookings import RELEASE
from bot.outbox.mail import Mailer
from bot.outbox.webhook import Webhook
from bot.outbox.worker import Sender
from bot.records.database import get_database
from bot.settings import Settings


def senders(current: Settings) -> dict[str, Sender]:
    """The senders that are set up. A message of another kind waits until one is."""
    database, known = get_database(), services()
    connected = systems(database, known, current)
    made: dict[str, Sender] = {
        REFERRAL: ReferralSender(database, known, connected),
        RELEASE: ReleaseSender(database, connected),
    }
    if current.smtp_url:
        made["email"] = Mailer(current.smtp_url, current.mail_from)
    if current.webhook_secret:
        made["webhook"] = Webhook(current.webhook_secret)
    return made
