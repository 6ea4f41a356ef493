# SPDX-License-Identifier: Apache-2.0
"""Make what the servers serve: a folder like a release, of a given number of triples.

Usage: python benchmarks/serve/data.py TRIPLES OUT    (OUT/imnm.ttl, OUT/imnm.nq, OUT/void.ttl)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

HERE = Path(__file__).resolve().parent
ABOUT = """
<https://w3id.org/imnm-kg/dataset> a <http://rdfs.org/ns/void#Dataset> ;
    <http://www.w3.org/ns/dcat#version> "0" ;
    <http://purl.org/dc/terms/issued> "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .
"""


def make(triples: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    generate = HERE.parent / "validation" / "generate.py"
    subprocess.run([sys.executable, str(generate), str(triples), str(out / "imnm.ttl")], check=True, stdout=2)
    with (out / "imnm.ttl").open("a", encoding="utf-8") as file:
        file.write(ABOUT)
    (out / "void.ttl").write_text(ABOUT, encoding="utf-8")
    graph = NamedNode("https://w3id.org/imnm-kg/graph/claims/generated")
    quads = (
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in parse(path=str(out / "imnm.ttl"), format=RdfFormat.TURTLE)
    )
    serialize(quads, str(out / "imnm.nq"), format=RdfFormat.N_QUADS)


if __name__ == "__main__":
    make(int(sys.argv[1]), Path(sys.argv[2]))
