"""One request and its whole answer, within some seconds and of some size.

httpx bounds each wait for the next bytes; whoever sends a byte now and then is waited for
for ever. So the whole is bounded here.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

import httpx

_LARGEST = 5_000_000  # bytes of an answer
_CONNECT_SECONDS = 2.0


def exchange(
    client: httpx.Client, method: str, url: str, *, seconds: float, **request: Any
) -> httpx.Response:
    """The answer to a request.

    Args:
        seconds: how long it may take to begin, and to come in.
        request: as `httpx.Client.request` takes it.

    Raises:
        httpx.TransportError: it doesn't come, or not in time.
        ValueError: it is too large.
    """
    ends = monotonic() + seconds
    timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
    content = b""
    with client.stream(method, url, timeout=timeout, **request) as answer:
        for part in answer.iter_raw():
            content += part
            if len(content) > _LARGEST:
                raise ValueError("the answer is too large")
            if monotonic() > ends:
                raise httpx.ReadTimeout("the answer doesn't end", request=answer.request)
    return httpx.Response(
        answer.status_code, headers=answer.headers, content=content, request=answer.request
    )
