# SPDX-License-Identifier: Apache-2.0
"""A server as its users start it, and requests to it over real connections."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode, urlsplit

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


class Server:
    """``imnm-kg serve`` in a process of its own."""

    def __init__(self, release: Path, *options: str) -> None:
        command = [sys.executable, "-m", "imnm_kg", "serve", "--port", "0", "--release", str(release), *options]
        self.log = release.parent / f"serve-{os.urandom(4).hex()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self.line = self.process.stderr.readline()
        found = re.search(r"at (http://\S+)/$", self.line.strip())
        assert found, self.line + self.process.stderr.read()
        self.address = found[1]
        parts = urlsplit(self.address)
        self.host, self.port = parts.hostname or "", parts.port or 0

    def ask(
        self,
        path: str = "/sparql",
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        source: str | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(
            self.host, self.port, timeout=PATIENCE, source_address=(source, 0) if source else None
        )
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def query(self, text: str, accept: str = "", source: str | None = None, **more: str) -> Answer:
        headers = {"Accept": accept} if accept else {}
        return self.ask(f"/sparql?{urlencode({'query': text, **more})}", headers=headers, source=source)

    def raw(self, data: bytes, *, half_close: bool = False, patience: float = PATIENCE) -> bytes:
        """Send bytes as they are and read until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=patience) as connection:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            try:
                while piece := connection.recv(65_536):
                    received += piece
            except (TimeoutError, ConnectionError):
                pass
            return received

    def lines(self) -> list[dict[str, object]]:
        """Read the log, once what waits is written."""
        sleep(0.4)
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def processes(self) -> set[int]:
        """Give the ids of all processes below the server's."""
        found: set[int] = set()
        below = {self.process.pid}
        while below:
            below = {child for pid in below for child in children(pid)}
            found |= below
        return found

    def __del__(self) -> None:
        """Leave no server behind a test that failed half-way."""
        if self.process.poll() is None:
            self.process.kill()  # the rest dies with it
            self.stop()

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def children(pid: int) -> set[int]:
    try:
        return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()}
    except (FileNotFoundError, ProcessLookupError):
        return set()


def all_gone(pids: set[int], seconds: float = 10.0) -> bool:
    """Tell whether processes end within a time; one that nobody has waited for yet has ended."""
    until = monotonic() + seconds
    while monotonic() < until:
        if not any(alive(pid) for pid in pids):
            return True
        sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
