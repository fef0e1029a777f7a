"""Luwte as it runs in production: pages, sockets and worker in processes of their own, on PostgreSQL with Redis.

The database and the Redis are this measurement's own, started for it, so that their processor time is counted too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from bench.talk.luwte import Luwte
from bench.talk.machine import Programs, Unfit, listens
from core.testing.server import ROOT, free_ports

_POSTGRES = ("/usr/lib/postgresql", "/usr/local/pgsql")


class LuwteApart(Luwte):
    """Three processes of Luwte, one PostgreSQL, one Redis that writes nothing to disk."""

    name = "Luwte on PostgreSQL with Redis"

    def __init__(self, folder: Path) -> None:
        """All that they write lies in `folder`. Raises Unfit where PostgreSQL or Redis is not installed."""
        super().__init__(folder)
        self._initdb, self._postgres = _program("initdb"), _program("postgres")
        self._redis = _program("redis-server")
        self._postgres_port, self._redis_port = free_ports(2)
        self._user = "postgres" if os.geteuid() == 0 else ""
        at = f"@127.0.0.1:{self._postgres_port}/luwte"
        self.database = f"postgresql+psycopg://luwte{at}"
        owner = f"luwte.database_owner = postgresql+psycopg://luwte_owner{at}"
        self.more = f"{owner}\nluwte.redis = redis://127.0.0.1:{self._redis_port}/0"

    def start(self) -> None:
        """Starts database, Redis and Luwte; the first time that makes the database and the organisations."""
        data = self.folder / "data"
        is_new = not data.exists()
        if is_new:
            self._make_cluster(data)
        self._start_stores(data)
        if is_new:
            self._set_up()
        self.write_ini()
        text = self.ini.read_text("utf-8")
        waitress = (
            f"[server:main]\nuse = egg:waitress#main\nlisten = 127.0.0.1:{self.pages_port}\nident =\nthreads = 8\n"
        )
        self.ini.write_text(text.partition("[server:main]")[0] + waitress, "utf-8")
        self.programs.start([str(Path(sys.executable).parent / "pserve"), str(self.ini)], {"PYTHONPATH": str(ROOT)})
        self.run("realtime", "--port", str(self.realtime_port))
        self.run("worker")
        self.programs.wait_until(self.answers)

    def _make_cluster(self, data: Path) -> None:
        data.mkdir()
        if self._user:
            for folder in (self.folder.parent, self.folder):
                folder.chmod(0o711)  # whoever runs the database must get to its folder
            shutil.chown(data, self._user)
        command = [self._initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run(command, user=self._user or None, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _start_stores(self, data: Path) -> None:
        nowhere = ["-c", "unix_socket_directories=", "-c", "max_connections=60"]
        listening = ["-c", "listen_addresses=127.0.0.1", "-p", str(self._postgres_port)]
        self.programs.start([self._postgres, "-D", str(data), *listening, *nowhere], user=self._user)
        keep_nothing = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self.programs.start([self._redis, "--port", str(self._redis_port), *keep_nothing])
        self.programs.wait_until(lambda: self._takes_sign_ins() and listens(self._redis_port))

    def _takes_sign_ins(self) -> bool:
        try:
            psycopg.connect(self._as_superuser(), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _set_up(self) -> None:
        """Roles and database, then one start of the embedded server, which makes organisations and tables."""
        with psycopg.connect(self._as_superuser(), autocommit=True) as connection:
            for statement in (
                "CREATE ROLE luwte_owner LOGIN",
                "CREATE ROLE luwte LOGIN",
                "CREATE DATABASE luwte OWNER luwte_owner",
            ):
                connection.execute(statement)
        stores, self.programs = self.programs, Programs(self.folder)
        super().start()
        super().stop()
        self.programs = stores

    def _as_superuser(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._postgres_port}/postgres"


def _program(name: str) -> str:
    """Where a program is; Debian keeps PostgreSQL's off the path."""
    places = [path for folder in _POSTGRES for path in sorted(Path(folder).glob(f"*/bin/{name}"), reverse=True)]
    found = shutil.which(name) or (str(places[0]) if places else None)
    if found is None:
        raise Unfit(f"{name} is not there: `apt-get install postgresql redis-server`, or say --without-postgresql.")
    return found
