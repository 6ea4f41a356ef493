# SPDX-License-Identifier: Apache-2.0
"""``imnm-kg serve``: the graph over HTTP."""

from __future__ import annotations

import argparse
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from imnm_kg.errors import ImnmError
from imnm_kg.model.folders import find_release
from imnm_kg.serve.address import bind
from imnm_kg.serve.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store

EXAMPLES = """\
examples:
  imnm-kg serve                                         http://127.0.0.1:8080
  imnm-kg serve --port 9000 --documents documents       claims with the whole of their sentences
  imnm-kg serve --base https://kg.example.org --trust-proxy 127.0.0.1   behind a proxy

It serves the release given with --release, else ./release, else the one inside the package. The log goes to
standard output, one JSON object a line. SIGTERM or Ctrl-C stops it when the queries that run are answered."""

_DEFAULTS = Limits()


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=_port, default=8080, metavar="P", help="default: 8080")
    parser.add_argument("--release", type=Path, metavar="DIR", help="the folder of a built release")
    parser.add_argument("--documents", type=Path, metavar="DIR", help="the documents' texts")
    parser.add_argument("--base", type=_base, metavar="URL", help="the address that the site is reached under")
    parser.add_argument("--no-log", action="store_true", help="write no log")
    limits = parser.add_argument_group("limits")
    for name, default, metavar, text in (
        ("query-seconds", _DEFAULTS.seconds, "S", "how long a query may run"),
        ("rows", _DEFAULTS.rows, "N", "rows or triples of a result"),
        ("result-mib", _DEFAULTS.result_bytes >> 20, "MIB", "size of a result"),
        ("memory-mib", _DEFAULTS.memory >> 20, "MIB", "memory of a query"),
        ("query-bytes", _DEFAULTS.query_bytes, "N", "length of a request"),
        ("workers", _DEFAULTS.workers, "N", "processes for quick queries"),
        ("slow-workers", _DEFAULTS.slow_workers, "N", "processes for slow ones"),
        ("queue", _DEFAULTS.queue, "N", "requests that may wait"),
        ("queue-seconds", _DEFAULTS.queue_seconds, "S", "how long one may wait"),
        ("rate", _DEFAULTS.rate, "N", "requests a second and client; 0: any"),
        ("burst", _DEFAULTS.burst, "N", "requests that a client may send at once"),
        ("connections", _DEFAULTS.connections, "N", "open connections"),
        ("client-seconds", _DEFAULTS.header_seconds, "S", "how long a client may take to send a request"),
        ("send-seconds", _DEFAULTS.send_seconds, "S", "how long a client may take no byte of an answer"),
        ("cache-mib", _DEFAULTS.cache_bytes >> 20, "MIB", "answers that are kept; 0: none"),
    ):
        kind = _number if isinstance(default, float) else _whole
        said = f"{text}; default: {default:g}" if isinstance(default, float) else f"{text}; default: {default}"
        limits.add_argument(f"--{name}", type=kind, default=default, metavar=metavar, help=said)
    limits.add_argument(
        "--trust-proxy",
        action="append",
        type=_proxy,
        default=[],
        metavar="ADDRESS",
        help="a proxy whose X-Forwarded-For is true",
    )
    limits.add_argument(
        "--allow-service", action="append", type=_service, default=[], metavar="URL", help="what SERVICE may ask"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port (0 to 65535)")
    return int(text)


def _base(text: str) -> str:
    from imnm_kg.rdf.endpoint import has_host

    if not has_host(text) or re.search(r"[?#<>\"{}|^`\\]", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no address of a site (https://HOST or https://HOST/PATH)")
    return text


def _proxy(text: str) -> str:
    import ipaddress

    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no address of a machine such as 127.0.0.1") from None


def _service(text: str) -> str:
    from imnm_kg.rdf.endpoint import has_host

    if not has_host(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no address of an endpoint (https://HOST/PATH)")
    return text


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 0 on")
    return value


def _limits(arguments: argparse.Namespace) -> Limits:
    for name in ("query_seconds", "rows", "result_mib", "memory_mib", "query_bytes", "workers", "slow_workers"):
        if not getattr(arguments, name):
            option = f"--{name.replace('_', '-')}"
            raise ImnmError("usage", f"{option} is 0, and nothing could be answered", f"give {option} a number above 0")
    return Limits(
        seconds=arguments.query_seconds,
        rows=arguments.rows,
        result_bytes=arguments.result_mib << 20,
        memory=arguments.memory_mib << 20,
        query_bytes=arguments.query_bytes,
        workers=arguments.workers,
        slow_workers=arguments.slow_workers,
        queue=arguments.queue,
        queue_seconds=arguments.queue_seconds,
        rate=arguments.rate,
        burst=arguments.burst,
        connections=arguments.connections,
        header_seconds=arguments.client_seconds,
        send_seconds=arguments.send_seconds,
        cache_bytes=arguments.cache_mib << 20,
        trusted_proxies=tuple(arguments.trust_proxy),
        services=tuple(arguments.allow_service),
    )


def _open_meanwhile(release: Path) -> Callable[[], Store]:
    """Load the graph while modules are imported; returns what waits for it and gives it, or raises its error."""
    from threading import Thread

    from imnm_kg.operations.ask import open_release

    found: list[Store] = []
    errors: list[Exception] = []

    def load() -> None:
        try:
            found.append(open_release(release, graphs=True))
        except (ImnmError, OSError, MemoryError) as error:
            errors.append(error)

    thread = Thread(target=load)
    thread.start()

    def opened() -> Store:
        thread.join()
        if errors:
            raise errors[0]
        return found[0]

    return opened


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal."""
    limits = _limits(arguments)
    if sys.platform != "linux":
        what = "the limits on queries need Linux, and the server does not run without them"
        raise ImnmError("serve-system", what, "run it in a container")
    if arguments.documents is not None and not arguments.documents.is_dir():
        what = f"{arguments.documents}: no such folder of documents"
        raise ImnmError("documents-missing", what, "give the folder that holds the texts with --documents")
    missing = [name for name in ("starlette", "uvicorn", "httptools") if find_spec(name) is None]
    if missing:
        what = f"the package {missing[0]} is not installed"
        raise ImnmError("serve-missing", what, "install it with pip install 'imnm-kg[serve]'")
    release = find_release(arguments.release)
    with bind(arguments.host, arguments.port) as taken:
        opened = _open_meanwhile(release)
        from imnm_kg.serve.app import create_app
        from imnm_kg.serve.server import serve
        from imnm_kg.serve.site import Site

        port = taken.getsockname()[1]
        shown = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
        address = f"http://{shown}:{port}"
        site = Site.open(release, arguments.documents, arguments.base or address, opened())
        app = create_app(site, limits, None if arguments.no_log else sys.stdout)

        def ready() -> None:
            print(f"imnm-kg: serving release {site.version} at {address}/", file=sys.stderr, flush=True)

        serve(app, taken, ready)
    return 0
