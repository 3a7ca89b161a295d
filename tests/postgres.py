"""A PostgreSQL server for tests: its own folder, a Unix socket, no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from sqlalchemy.engine import make_url

_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=300"


@dataclass
class PostgresServer:
    """A running server."""

    programs: Path
    folder: Path
    user: dict[str, Any]  # whom to run as: PostgreSQL refuses to run as root

    def __post_init__(self) -> None:
        self._numbers = count(1)

    @classmethod
    def start(cls) -> PostgresServer | None:
        """Starts a server; None when PostgreSQL is not installed."""
        programs = _programs()
        if programs is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="foyer-pg-", dir="/tmp"))
        user: dict[str, Any] = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        server = cls(programs, folder, user)
        server._run("initdb", "-A", "trust", "-U", "foyer", "-E", "UTF8", "--locale=C", "-N")
        options = f"{_OPTIONS} -k {folder}"
        server._run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        return server

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{next(self._numbers)}"
        self._execute("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://foyer@/{name}?host={quote(str(self.folder))}"

    def empty(self, url: str, tables: Iterable[str]) -> None:
        """Ends whatever still uses a database, and removes what the tables hold.

        Far quicker than a database for each test: a thousand of those take minutes to be removed.
        """
        name = str(make_url(url).database)
        self._execute(
            name,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "SET session_replication_role = replica",  # or the audit log would refuse
            *(f"DELETE FROM {table}" for table in tables),
            "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence",
        )

    def _execute(self, database: str, *statements: str) -> None:
        connection = psycopg2.connect(host=str(self.folder), user="foyer", dbname=database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    def stop(self) -> None:
        """Stops it and removes its folder."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, "-D", self.folder / "data", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            **self.user,
        )


def _programs() -> Path | None:
    """Where PostgreSQL's programs are: where Debian puts them, or on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
