# SPDX-License-Identifier: Apache-2.0
"""Publish: render a release (Turtle, TriG, N-Quads, VoID, statistics) and put it in place whole."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.claims import Claim
from imnm_kg.model.namespaces import BASE, IMNM, RDF, XSD, Namespace
from imnm_kg.rdf.canonical import union_turtle, write_nquads, write_trig
from imnm_kg.rdf.turtle import used_prefixes, write_turtle

__all__ = ["check_writable", "render_release", "statistics", "write_release"]

VOID = Namespace("http://rdfs.org/ns/void#")
DATASET = NamedNode(f"{BASE}dataset")
HEADER = (
    "# SPDX-License-Identifier: CC-BY-4.0",
    "# imnm-kg {version}: {what}. https://w3id.org/imnm-kg/",
    "# Quotes belong to the publishers of the documents; they are given as evidence.",
)


def statistics(quads: Sequence[Quad], claims: Sequence[Claim]) -> dict[str, object]:
    """Count what is in a release; the same release gives the same numbers, and none is a time."""
    union = {(quad.subject, quad.predicate, quad.object) for quad in quads}
    types = Counter(
        object_.value.removeprefix(IMNM)
        for _, predicate, object_ in union
        if predicate == RDF.type and isinstance(object_, NamedNode) and object_.value.startswith(IMNM)
    )
    evidence = {item.iri.value: item for claim in claims for item in claim.evidence}
    return {
        "triples": len(union),
        "quads": len(quads),
        "graphs": _sorted(Counter(str(quad.graph_name)[1:-1] for quad in quads)),
        "instances": _sorted(types),
        "claims": {
            "total": len(claims),
            "polarity": _sorted(Counter(claim.polarity for claim in claims)),
            "certainty": _sorted(Counter(claim.certainty or "none" for claim in claims)),
            "predicate": _sorted(Counter(claim.predicate.value.removeprefix(IMNM) for claim in claims)),
        },
        "evidence": {
            "total": len(evidence),
            "role": _sorted(Counter(item.role for item in evidence.values())),
            "document": _sorted(Counter(x.document.value.rsplit("/", 1)[1] for x in evidence.values())),
        },
    }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def render_release(
    quads: Sequence[Quad], claims: Sequence[Claim], prefixes: Mapping[str, str], version: str
) -> dict[str, str]:
    """Return the files of a release by name; the same input gives the same bytes.

    Literals are those of the parsed source files: nothing goes through a store, which would change some.
    """
    used = used_prefixes(quads, prefixes)

    def header(what: str) -> list[str]:
        return [line.format(version=version, what=what) for line in HEADER]

    stats = statistics(quads, claims)
    return {
        "imnm.ttl": union_turtle(quads, used, header("the union of all graphs")),
        "imnm.trig": write_trig(quads, used, header("the named graphs")),
        "imnm.nq": write_nquads(quads),
        "void.ttl": _void(quads, stats, prefixes, header("description with counts")),
        "stats.json": json.dumps(stats, indent=2, ensure_ascii=False) + "\n",
    }


def _void(quads: Sequence[Quad], stats: dict[str, object], prefixes: Mapping[str, str], header: Sequence[str]) -> str:
    union = {(quad.subject, quad.predicate, quad.object) for quad in quads}
    described = [
        Triple(quad.subject, quad.predicate, quad.object) for quad in quads
        if str(quad.graph_name) == f"<{BASE}graph/dataset>"
    ]  # fmt: skip
    triples = [*described, _count(DATASET, "triples", len(union))]
    triples.append(_count(DATASET, "entities", len({s for s, _, _ in union if str(s).startswith(f"<{BASE}")})))
    triples.append(_count(DATASET, "distinctSubjects", len({s for s, _, _ in union})))
    triples.append(_count(DATASET, "properties", len({p for _, p, _ in union})))
    triples.append(_count(DATASET, "classes", len({o for _, p, o in union if p == RDF.type})))
    instances = stats["instances"]
    assert isinstance(instances, dict)
    for name, count in instances.items():
        node = NamedNode(f"{BASE}dataset#class-{name}")
        triples.append(Triple(DATASET, VOID.classPartition, node))
        triples.append(Triple(node, VOID.term("class"), IMNM.term(name)))
        triples.append(_count(node, "entities", count))
    for predicate, count in sorted(Counter(p.value for _, p, _ in union).items()):
        name = predicate.replace("://", "-").replace("/", "-").replace("#", "-")
        node = NamedNode(f"{BASE}dataset#property-{name}")
        triples.append(Triple(DATASET, VOID.propertyPartition, node))
        triples.append(Triple(node, VOID.property, NamedNode(predicate)))
        triples.append(_count(node, "triples", count))
    return write_turtle(triples, used_prefixes(triples, prefixes), header=header)


def _count(node: NamedNode, name: str, value: int) -> Triple:
    return Triple(node, VOID.term(name), Literal(str(value), datatype=XSD.integer))


def write_release(folder: Path, files: Mapping[str, str]) -> None:
    """Put a release in place: written aside, then renamed, so that a failure leaves the former one whole.

    Files of the folder that are no part of a release are kept.

    Raises:
        ImnmError: what ``check_writable`` raises.
    """
    check_writable(folder)
    shown, folder = folder, folder.resolve()
    aside = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for name, text in files.items():
            with (aside / name).open("w", encoding="utf-8", newline="") as handle:
                handle.write(text)
                handle.flush()
                os.fsync(handle.fileno())
        _swap(aside, folder)
    except OSError as error:
        raise ImnmError(
            "file-unwritable", f"the release cannot be written: {error.strerror}",
            "choose a folder that you may write to with --out", Place(str(shown)),
        ) from error  # fmt: skip
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)


RELEASE_FILES = frozenset({"imnm.ttl", "imnm.trig", "imnm.nq", "void.ttl", "stats.json", "report.ttl"})


def _swap(aside: Path, folder: Path) -> None:
    """Rename the whole folder where that is possible, so that no reader sees half of a release."""
    aside.chmod(0o755)
    if not folder.exists():
        aside.rename(folder)
        return
    for path in folder.iterdir():
        if path.name not in RELEASE_FILES:
            kept = aside / path.name
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, kept, symlinks=True)
            else:
                shutil.copy2(path, kept, follow_symlinks=False)
    former = Path(tempfile.mkdtemp(prefix=f".{folder.name}-former-", dir=folder.parent))
    try:
        folder.rename(former / "release")
        try:
            aside.rename(folder)
        except BaseException:  # also an interrupt: the former release must be back in its place
            (former / "release").rename(folder)
            raise
    except BaseException:
        with contextlib.suppress(OSError):
            former.rmdir()  # it stays where the former release could not be put back
        raise
    shutil.rmtree(former, ignore_errors=True)


def check_writable(folder: Path) -> None:
    """Find out before the work whether a release can be put there.

    Raises:
        ImnmError: ``release-folder``, ``file-unwritable``.
    """
    if folder.exists() and not folder.is_dir():
        raise ImnmError(
            "release-folder", "a file stands where the folder of the release is meant",
            "name a folder with --out", Place(str(folder)),
        )  # fmt: skip
    real = folder.resolve()  # a link to a folder stays a link
    if real.is_dir() and Path.cwd().is_relative_to(real):
        raise ImnmError(
            "release-folder", "the release would take the place of the folder that you are in",
            "name another folder with --out, for example release", Place(str(folder)),
        )  # fmt: skip
    above = next(path for path in (real, *real.parents) if path.exists())
    where = above.parent if above == real else above
    if not where.is_dir() or not os.access(where, os.W_OK | os.X_OK):
        raise ImnmError(
            "file-unwritable", f"nothing can be written in {where}",
            "choose a folder that you may write to with --out", Place(str(folder)),
        )  # fmt: skip
