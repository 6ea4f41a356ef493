# SPDX-License-Identifier: Apache-2.0
"""Other SHACL engines, and what each finds as texts that can be compared: pySHACL, and Jena in one start of Java."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyshacl
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from imnm_kg.shacl import validate
from imnm_kg.shacl.rdflib_bridge import from_rdflib, rdflib_graph
from imnm_kg.shacl.shapes_graph import ShapesGraph
from imnm_kg.shacl.vocabulary import Term, local_name, rdf, sh
from tests.conftest import outside
from tests.shacl.generated import Case

__all__ = ["Found", "by_jena", "by_pyshacl", "by_us", "need_jena"]

JARS = Path("/usr/share/java")
JENA = JARS / "jena-shacl.jar"
NEEDED = (
    "jena-arq", "jena-base", "jena-core", "jena-iri", "jena-shacl", "commons-cli", "commons-codec", "commons-compress",
    "commons-csv", "commons-io", "commons-lang3", "dexx.collection", "gson", "guava", "jackson-annotations",
    "jackson-core", "jackson-databind", "jsonld-java", "protobuf", "slf4j-api", "slf4j-nop", "thrift",
    "titanium-json-ld",
)  # fmt: skip
BATCH = Path(__file__).parent / "fixtures" / "Batch.java"
# The Debian build of Jena renames the package of its Xerces, but not the path of the messages and tables in it.
WRONG, RIGHT = "org/apache/jena/ext/xerces/", "xerces/"

Found = Counter[tuple[str, ...]] | str
"""Each result as focus node, path, component, value, shape and severity; for shapes refused, what was said."""


def by_us(case: Case) -> Found:
    report = validate(case.data, [Quad(*triple) for triple in case.shapes])
    return _results(report.triples())


def by_pyshacl(case: Case) -> Found:
    try:
        _, report, text = pyshacl.validate(
            rdflib_graph(case.data), shacl_graph=rdflib_graph(case.shapes), inference="none", do_owl_imports=False
        )
    except Exception as error:  # whatever it raises, it has refused
        return f"{type(error).__name__}: {error}"
    if not hasattr(report, "triples"):
        return f"{type(report).__name__}: {text}"
    found = (Triple(*map(from_rdflib, triple)) for triple in report)  # type: ignore[arg-type]
    return _results(found)


def need_jena() -> None:
    """Skip the test by name without Jena or without a Java that compiles; fail in CI."""
    outside(JENA, "Jena is not here")
    outside(Path(shutil.which("javac") or "javac"), "a Java that compiles is not here")


def by_jena(cases: Sequence[Case]) -> list[Found]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
            for member in jar.namelist():
                if member.startswith(WRONG) and member.endswith(".properties"):
                    path = folder / "classes" / member.replace(WRONG, RIGHT)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(jar.read(member))
        for number, case in enumerate(cases):
            for kind, triples in (("shapes", case.shapes), ("data", case.data)):
                text = serialize(triples, format=RdfFormat.N_TRIPLES)
                (folder / f"{number}.{kind}.nt").write_bytes(text or b"")
        paths = [folder / "classes", *(JARS / f"{jar}.jar" for jar in NEEDED)]
        command = ["java", "-Xshare:auto", "-cp", ":".join(map(str, paths)), str(BATCH), name]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return [_report(folder, number) for number in range(len(cases))]


def _report(folder: Path, number: int) -> Found:
    error = folder / f"{number}.error"
    if error.exists():
        return error.read_text(encoding="utf-8")
    text = (folder / f"{number}.report.nt").read_text(encoding="utf-8")
    # Jena writes _:b0 as _:Bb0.
    return _results(quad.triple for quad in parse(text.replace("_:B", "_:"), format=RdfFormat.N_TRIPLES))


def _results(triples: Iterable[Triple]) -> Counter[tuple[str, ...]]:
    graph = ShapesGraph(triples)
    found: Counter[tuple[str, ...]] = Counter()

    def text(node: Term, name: str) -> str:
        values = graph.values(node, sh(name))
        return " ".join(local_name(each.value) if name in _SHORT and isinstance(each, NamedNode) else str(each)
                        for each in values)  # fmt: skip

    # Results that only sh:detail leads to are no results of the report.
    reports = [node for node in graph.by_subject if sh("ValidationReport") in graph.values(node, rdf("type"))]
    for node in (each for report in reports for each in graph.values(report, sh("result"))):
        paths = graph.values(node, sh("resultPath"))
        path = str(graph.path(node, paths[0])) if paths else ""
        found[(text(node, "focusNode"), path, *(text(node, name) for name in _REST))] += 1
    return found


_REST = ("sourceConstraintComponent", "value", "sourceShape", "resultSeverity")
_SHORT = ("sourceConstraintComponent", "resultSeverity")
