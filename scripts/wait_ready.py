"""Says when the assistant is ready, or what keeps it; then stays, as its fellow processes do."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from bot.settings import Settings
from scripts.environment import checked_settings
from scripts.plainly import Failure, run

PATIENCE_SECONDS = 300
TICK_SECONDS = 10
POLL_SECONDS = 0.5


def main() -> None:
    """Waits until every part answers."""
    address = public_address(checked_settings())
    print("Starting the assistant (usually 20 to 40 seconds)")
    wait(lambda: parts_down(address))
    print(f"Foyer is ready at {address} (Ctrl-C stops it)")
    while True:
        signal.pause()


def public_address(current: Settings) -> str:
    """The address to open on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(current.web_host, current.web_host)
    return (
        f"http://[{host}]:{current.web_port}"
        if ":" in host
        else f"http://{host}:{current.web_port}"
    )


def wait(
    down: Callable[[], Mapping[str, str]],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Returns once nothing is down, saying now and then what still is.

    Raises:
        Failure: something is still down after PATIENCE_SECONDS.
    """
    began = clock()
    said = began
    while waiting := down():
        listed = ", ".join(f"{name} ({detail})" for name, detail in waiting.items())
        if clock() - began > PATIENCE_SECONDS:
            raise Failure(
                f"Not ready after {PATIENCE_SECONDS} seconds: {listed}. See the lines above."
            )
        if clock() - said >= TICK_SECONDS:
            said = clock()
            print(f"  … {said - began:.0f} seconds; waiting for {listed}")
        sleep(POLL_SECONDS)


def parts_down(address: str) -> dict[str, str]:
    """What is down, by part, with the detail that /healthz gives."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as response:
            state = json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 503:
                return {"web": "answers wrongly"}
            state = json.load(error)
    except (OSError, ValueError):
        return {"web": "not running"}
    return {name: part["detail"] for name, part in state["parts"].items() if part["state"] != "up"}


if __name__ == "__main__":
    run(main)
