"""Booking and handover: choosing, changing and cancelling an appointment, and how it stands."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction

from actions.base import FoyerAction, Say, now, slots, text_of, turn
from actions.dialogues import booking, lookup
from actions.form import AskQuestion, TakeAnswer
from actions.prescreen import entered
from bot.booking.lookup import read
from bot.dialogue import Dialogue
from bot.messages import message
from bot.reply import Reply

FORM = "booking_form"
LOOKUP_FORM = "lookup_form"


class BeginBooking(FoyerAction):
    """Hands over by the service's own way: its diary, its phone, or a summary to take along."""

    waits = True

    def name(self) -> str:
        return "action_begin_booking"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return entered(booking().start(tracker.sender_id, now()), say, FORM)


class ChangeAppointment(FoyerAction):
    """Offers other times for an appointment that is booked."""

    waits = True

    def name(self) -> str:
        return "action_change_appointment"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return entered(booking().change(tracker.sender_id, now()), say, FORM)


class CancelAppointment(FoyerAction):
    """Cancels an appointment, once the person has said yes."""

    def name(self) -> str:
        return "action_cancel_appointment"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return entered(booking().cancel(tracker.sender_id, now()), say, FORM)


class StopMessages(FoyerAction):
    """Stops the letters and text messages, and takes the person off the waiting list."""

    def name(self) -> str:
        return "action_stop_messages"

    def act(self, say: Say, tracker: Tracker) -> None:
        say(booking().stop_messages(tracker.sender_id, text_of(tracker), now()))


class AskBookingAnswer(AskQuestion):
    """Asks the open question of the booking."""

    def name(self) -> str:
        return "action_ask_booking_answer"

    def dialogue(self) -> Dialogue:
        return booking()


class ValidateBookingForm(TakeAnswer):
    """Takes the answer to the open question of the booking."""

    waits = True
    slot = "booking_answer"

    def name(self) -> str:
        return "validate_booking_form"

    def dialogue(self) -> Dialogue:
        return booking()


class AfterBooking(FoyerAction):
    """After booking: what else there is to do."""

    def name(self) -> str:
        return "action_after_booking"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return slots(ended=None)


class ReferralStatus(FoyerAction):
    """How the referral of this conversation stands, or one that the message gives the reference of.

    Where there is neither, the look-up form asks for reference and date of birth.
    """

    waits = True

    def name(self) -> str:
        return "action_referral_status"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        reference, born = read(text_of(tracker), now())
        if reference and born:
            return entered(lookup().answer(turn(tracker)), say, LOOKUP_FORM)
        status = booking().status(tracker.sender_id, now())
        say(status)
        return [] if _is_known(status) else [FollowupAction(LOOKUP_FORM)]


class WhatNext(FoyerAction):
    """What comes next: where the referral of this conversation stands, or what there is to do.

    Within a form its own question is the answer.
    """

    def name(self) -> str:
        return "action_what_next"

    def act(self, say: Say, tracker: Tracker) -> None:
        if not tracker.active_loop_name:
            status = booking().status(tracker.sender_id, now())
            say(status if _is_known(status) else message("what_next"))


class AskLookupAnswer(AskQuestion):
    """Asks for a reference and a date of birth."""

    def name(self) -> str:
        return "action_ask_lookup_answer"

    def dialogue(self) -> Dialogue:
        return lookup()


class ValidateLookupForm(TakeAnswer):
    """Takes them."""

    waits = True
    slot = "lookup_answer"

    def name(self) -> str:
        return "validate_lookup_form"

    def dialogue(self) -> Dialogue:
        return lookup()


def _is_known(status: Reply) -> bool:
    """Whether this conversation has a referral to speak of, sent or begun."""
    return bool(status.custom or status.buttons)
