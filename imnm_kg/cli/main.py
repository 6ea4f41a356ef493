# SPDX-License-Identifier: Apache-2.0
"""The command ``imnm-kg``: finds the command, runs it, turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imnm_kg import __version__
from imnm_kg.cli.output import given_width, terminal_width
from imnm_kg.errors import ImnmError

if TYPE_CHECKING:
    from typing import NoReturn, Protocol

    class _Command(Protocol):
        EXAMPLES: str

        def configure(self, parser: argparse.ArgumentParser) -> None: ...
        def run(self, arguments: argparse.Namespace) -> int: ...


__all__ = ["COMMANDS", "EXIT_CLEAN", "EXIT_ERROR", "EXIT_FINDINGS", "main"]

EXIT_CLEAN, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2

COMMANDS = {
    "build": "assemble, reason, verify and validate the graph, and write a release",
    "fetch": "get documents from PubMed, PMC or the web, each into a file",
    "extract": "propose claims out of documents, each with its quote, for review",
    "verify": "find every quote again in its document",
    "evaluate": "hold extracted claims against annotated ones: precision, recall, F1, and the errors",
    "validate": "validate RDF with SHACL shapes",
    "query": "run a stored query",
    "sparql": "run any SPARQL query",
    "explain": "lead a claim or an edge back to its quotes and sources",
    "serve": "SPARQL endpoint, pages and stored queries over HTTP",
    "review": "accept, mend or reject proposed claims",
    "fmt": "bring Turtle files into the one format",
}


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Knows the width of the terminal by itself: for each option argparse would import half a library to ask for it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=(given_width() or terminal_width(sys.stdout) or 80) - 2)


class _Parser(argparse.ArgumentParser):
    """Tells a wrong use in one line, with what to do."""

    def error(self, message: str) -> NoReturn:
        raise ImnmError("usage", message, f"see '{self.prog} --help'")


def _top_help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "usage: imnm-kg [--version] [--debug] COMMAND ...",
            "",
            "A knowledge graph of immune-mediated necrotizing myopathy: every claim leads to its quote.",
            "",
            "commands:",
            *lines,
            "",
            "options:",
            "  --version  print the version",
            "  --debug    on an error, print where in the program it came from",
            "",
            "examples:",
            "  imnm-kg build --documents documents",
            "  imnm-kg query treatments",
            "  imnm-kg explain zilucoplan ameliorates imnm",
            "",
            "'imnm-kg COMMAND --help' shows the options of a command with examples.",
            "Exit codes: 0 clean, 1 findings, 2 an error.",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except ImnmError as error:
        if debug:
            return _traceback()
        print(f"imnm-kg: {error}", file=sys.stderr)
        return EXIT_ERROR
    except BrokenPipeError:
        # The reader has gone (as with "| head"): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CLEAN
    except KeyboardInterrupt:
        print("imnm-kg: interrupted; nothing half-written is left", file=sys.stderr)
        return 130
    except (OSError, MemoryError) as error:
        if debug:
            raise
        what = getattr(error, "strerror", None) or "there is not enough memory"
        print(f"imnm-kg: the system refused: {what}; make room, or check where the output goes", file=sys.stderr)
        return EXIT_ERROR
    except Exception as error:  # the one place where every error ends, so that no traceback reaches a person
        if debug:
            return _traceback()
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        print(f"imnm-kg: unexpected error, {what}; run it again with --debug and report it", file=sys.stderr)
        return EXIT_ERROR


def _traceback() -> int:
    import traceback

    traceback.print_exc()
    return EXIT_ERROR


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_top_help(), file=sys.stdout if words else sys.stderr)
        return EXIT_CLEAN if words else EXIT_ERROR
    if words[0] == "--version":
        print(f"imnm-kg {__version__}")
        return EXIT_CLEAN
    name = words[0]
    if name not in COMMANDS:
        from imnm_kg.model.stored_query import nearest

        if name.startswith("-"):
            raise ImnmError(
                "usage", f"there is no option '{name}'", nearest(name, ("--help", "--version", "--debug"), "")
            )
        raise ImnmError("usage", f"there is no command '{name}'", nearest(name, COMMANDS, ""))
    command: _Command = importlib.import_module(f"imnm_kg.cli.{name}")
    parser = _Parser(
        prog=f"imnm-kg {name}",
        description=f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.",
        epilog=command.EXAMPLES,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    command.configure(parser)
    if name not in ("query", "fmt"):
        gc.freeze()  # modules stay; and looking for cycles every 700 objects is far too often for a graph
        gc.set_threshold(50_000, 20, 20)
        gc.enable()
    return command.run(parser.parse_args(words[1:]))
