"""Which sender takes which kind of message, by the settings of this process."""

from __future__ import annotations

from collections.abc import Mapping

from bot.booking.fhir.sending import ReferralSender, ReleaseSender
from bot.booking.fhir.systems import System
from bot.knowledge.services import services
from bot.outbox.announce import REFERRAL
from bot.outbox.bookings import RELEASE
from bot.outbox.mail import Mailer
from bot.outbox.webhook import Webhook
from bot.outbox.worker import Sender
from bot.records.database import get_database
from bot.settings import Settings


def senders(current: Settings, connected: Mapping[str, System]) -> dict[str, Sender]:
    """The senders that are set up. A message of another kind waits until one is.

    Args:
        connected: the booking systems of services, by the service's id.
    """
    database = get_database()
    made: dict[str, Sender] = {
        REFERRAL: ReferralSender(database, services(), connected),
        RELEASE: ReleaseSender(database, connected),
    }
    if current.smtp_url:
        made["email"] = Mailer(current.smtp_url, current.mail_from)
    if current.webhook_secret:
        made["webhook"] = Webhook(current.webhook_secret)
    return made
