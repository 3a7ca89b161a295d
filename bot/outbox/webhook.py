"""Posts JSON to another system, signed as standardwebhooks.com describes.

The receiver recomputes the signature from `webhook-id`, `webhook-timestamp` and the body, refuses
old timestamps, and takes the same `webhook-id` only once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from bot.outbox.worker import Refused

TIMEOUT_SECONDS = 20
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Webhook:
    """Posts what it is given to the payload's own `url`."""

    secret: str

    def __call__(self, payload: Mapping[str, Any], key: str, now: datetime) -> None:
        """Posts `body` to `url`."""
        body = json.dumps(payload["body"], ensure_ascii=False).encode()
        at = str(int(now.timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{signature(self.secret, key, at, body)}",
        }
        # The status is the whole answer. A body isn't waited for: it might never end.
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream("POST", payload["url"], content=body, headers=headers) as answer,
        ):
            if 300 <= answer.status_code < 500 and answer.status_code not in _LATER:
                raise Refused(f"the receiver refuses it ({answer.status_code})")
            answer.raise_for_status()


def signature(secret: str, key: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA-256 over id, timestamp and body, in base64."""
    signed = b".".join((key.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
