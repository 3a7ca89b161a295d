"""Checks the action server's replies as Rasa does, without the part that never changes.

Rasa checks each reply against a schema, and before that, every time, the schema itself against
the schema of schemas: two thirds of a turn that calls three actions. Rasa has no setting for it,
so its check is replaced by one that has read the schema already.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from rasa.core.actions.action import RemoteAction

_REPLY = Draft202012Validator(RemoteAction.action_response_format_spec())


def check(_action: RemoteAction, reply: dict[str, Any]) -> bool:
    """Raises a ValidationError when the reply is not as Rasa wants it, else gives True."""
    problem = best_match(_REPLY.iter_errors(reply))
    if problem is not None:
        raise problem
    return True


def install() -> None:
    """Puts this check in the place of Rasa's."""
    RemoteAction._validate_action_result = check
