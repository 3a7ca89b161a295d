"""Checks that the ports the assistant listens on are free: `python -m scripts.ports`."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.settings import Settings
from scripts.environment import checked_settings
from scripts.plainly import Failure, run


def main() -> None:
    """Raises Failure, naming every port that can't be had."""
    problems = [
        line for line in map(problem, *zip(*wanted(checked_settings()), strict=True)) if line
    ]
    if problems:
        raise Failure("\n".join(problems))


def wanted(current: Settings) -> list[tuple[str, str, int]]:
    """The variable, the address and the port of each process."""
    return [
        ("WEB_PORT", current.web_host, current.web_port),
        ("RASA_PORT", "127.0.0.1", current.rasa_port),
        ("ACTIONS_PORT", "127.0.0.1", current.actions_port),
    ]


def problem(variable: str, host: str, port: int) -> str | None:
    """What is wrong with listening on this address, with the mend, or None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror:
        return f"{host} is not an address: set WEB_HOST to one of this machine's, or leave it out."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {port} is in use{user(port)}: stop that, "
                f"or choose another, as in `{variable}={port + 80} make run`."
            )
        if error.errno == errno.EACCES:
            return f"Port {port} may not be used: choose one above 1023 with {variable}."
        return f"{host} is not an address of this machine: set WEB_HOST to one, or leave it out."
    return None


def user(port: int) -> str:
    """Which process listens on a port, as " by NAME (process N)", or nothing if that is hidden."""
    inodes = {
        fields[9]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, _lines(Path("/proc/net") / table)[1:])
        if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == "0A"
    }
    sockets = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*"):
        if sockets & set(_open_files(process)):
            name = (_lines(process / "comm") or ["something"])[0]
            return f" by {name} (process {process.name})"
    return ""


def _open_files(process: Path) -> Iterator[str]:
    """What a process has open; nothing where it has gone meanwhile, or is someone else's."""
    with suppress(OSError):
        for file in (process / "fd").iterdir():
            with suppress(OSError):
                yield os.readlink(file)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    run(main)
