"""Tells staff that there is something to read, in the transaction that it was written in.

Nothing about the person is in what they are told: e-mail passes through many hands.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking.times import clock_time, in_london, long_day
from bot.datafile import DataError
from bot.knowledge.services import Service, services
from bot.outbox.queue import put, state_of
from bot.outbox.texts import Notice, outbox_data
from bot.records.models import Callback, Flag, Referral
from bot.settings import settings

REFERRAL = "fhir-referral"  # the kind of message that carries a referral to another system

logger = logging.getLogger(__name__)


def referral_sent(session: Session, referral: Referral, service: Service, now: datetime) -> None:
    """That a referral has come in; where the service has its own system, the referral too."""
    if service.handover.fhir is not None:
        put(
            session,
            key=_message_key(referral),
            lane=f"referral:{referral.id}",
            kind=REFERRAL,
            payload={"referral": referral.id, "service": service.id},
            referral_id=referral.id,
            now=now,
        )
    notice = outbox_data().notices.referral
    _tell(session, "referral", notice, f"referral:{referral.id}", service, now, referral.id)


def delivery(session: Session, referral: Referral) -> str | None:
    """How the message that carries a referral to another system fares (see `queue.state_of`)."""
    return state_of(session, _message_key(referral))


def callback_asked(session: Session, callback: Callback, service: Service, now: datetime) -> None:
    """That someone asks to be phoned."""
    notice = outbox_data().notices.callback
    key = f"callback:{callback.id}"
    _tell(session, "callback", notice, key, service, now, callback.referral_id)


def flag_raised(session: Session, flag: Flag, now: datetime) -> None:
    """That someone may need human contact. A flag that is only noted isn't told of.

    A fault in a data file never keeps a flag itself from being stored.
    """
    if flag.tier == "noted":
        return
    try:
        service = services().get(flag.service_id or "")
        notice = outbox_data().notices.flag
    except DataError:
        logger.error("A flag was kept, but staff can't be told: a data file can't be used.")
        return
    _tell(session, "flag", notice, f"flag:{flag.id}", service, now, None)


def _message_key(referral: Referral) -> str:
    return f"referral:{referral.id}:message"


def _tell(
    session: Session,
    event: str,
    notice: Notice,
    key: str,
    service: Service | None,
    now: datetime,
    referral_id: str | None,
) -> None:
    current, staff = settings(), service.staff if service else None
    addresses: tuple[str, ...] = staff.emails if staff else ()
    if event == "flag" and not addresses and current.staff_email:
        addresses = (current.staff_email,)
    values = {
        "service": service.name if service else outbox_data().notices.no_service,
        "day": long_day(now),
        "time": clock_time(in_london(now)),
        "link": f"{current.public_url}/staff",
    }
    for number, address in enumerate(addresses if current.smtp_url else ()):
        payload: Mapping[str, object] = {
            "to": [address],
            "subject": notice.subject.format(**values),
            "text": notice.text.format(**values),
        }
        name = f"{key}:email:{number}"
        put(session, key=name, kind="email", payload=payload, referral_id=referral_id, now=now)
    for number, url in enumerate(staff.webhooks if staff and current.webhook_secret else ()):
        body = {
            "event": event,
            "service": service.id if service else None,
            "at": now.isoformat(),
            "link": values["link"],
        }
        name = f"{key}:webhook:{number}"
        payload = {"url": url, "body": body}
        put(session, key=name, kind="webhook", payload=payload, referral_id=referral_id, now=now)
