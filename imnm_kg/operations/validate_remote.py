# SPDX-License-Identifier: Apache-2.0
"""Validate remotely: the shapes against the default graph of a SPARQL endpoint, by queries that only read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import Quad

from imnm_kg.errors import ImnmError
from imnm_kg.rdf.endpoint import Endpoint
from imnm_kg.shacl.remote import RemoteShapesError, RemoteValidation
from imnm_kg.shacl.report import Report
from imnm_kg.shacl.shapes import ShapesError
from imnm_kg.shacl.shapes_reader import read_shapes

__all__ = ["notes_on", "validate_remote"]


def validate_remote(url: str, shapes: Sequence[Quad], timeout: float = 60.0) -> Report:
    """Validate the graph behind an endpoint; it is not downloaded, only what the shapes look at is asked for.

    Args:
        url: the address of the endpoint, http or https.
        shapes: the parsed shapes.
        timeout: seconds to wait for each answer.

    Raises:
        ImnmError: ``shapes-malformed``, ``endpoint-shapes`` for shapes that ask what cannot be asked of an endpoint,
            ``endpoint-url``, ``endpoint-unreachable``, ``endpoint-refused``, ``endpoint-answer``, ``endpoint-large``
            and ``endpoint-cut`` for a result that does not come whole.
    """
    endpoint = Endpoint(url, timeout)
    try:
        return RemoteValidation(endpoint, read_shapes(shapes)).report()
    except RemoteShapesError as error:
        what = f"the shape {error.node} cannot be asked of an endpoint: {error.what}"
        raise ImnmError("endpoint-shapes", what, "validate the data itself, from files") from error
    except ShapesError as error:
        raise ImnmError("shapes-malformed", f"the shapes cannot be used: {error}", "mend the shapes") from error


def notes_on(report: Report) -> Iterator[str]:
    """Give what a reader of the report must know of it, a line each."""
    if not report.focus_nodes:
        yield "the targets of the shapes choose no node of the endpoint's default graph, so nothing was looked at"
    if report.by_store:
        yield f"judged as the store gives literals, not as a file wrote them: {', '.join(report.by_store)}"
