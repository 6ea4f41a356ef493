# SPDX-License-Identifier: Apache-2.0
"""The validators that are measured, each as a whole command, and how to read what it prints."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
JARS = Path("/usr/share/java")
NEEDED = (
    "jena-arq", "jena-base", "jena-cmds", "jena-core", "jena-iri", "jena-shacl", "jena-tdb", "jena-dboe-base",
    "commons-cli", "commons-codec", "commons-compress", "commons-csv", "commons-io", "commons-lang3",
    "dexx.collection", "gson", "guava", "jackson-annotations", "jackson-core", "jackson-databind", "jsonld-java",
    "protobuf", "slf4j-api", "slf4j-nop", "thrift", "titanium-json-ld",
)  # fmt: skip
# Debian's build of Jena renames the package of its Xerces, but not the path of the messages and tables in it.
WRONG, RIGHT = "org/apache/jena/ext/xerces/", "xerces/"

RUDOF = """
import sys, pyrudof
rudof = pyrudof.Rudof(pyrudof.RudofConfig())
rudof.read_data(sys.argv[1])
rudof.read_shacl(sys.argv[2])
report = rudof.validate_shacl()
print(rudof.serialize_shacl_validation_results(pyrudof.ResultShaclValidationFormat.Turtle))
"""
PARSE = "import sys, pyoxigraph; print(sum(1 for _ in pyoxigraph.parse(path=sys.argv[1])))"


@dataclass(frozen=True)
class Run:
    """One run of a command: its wall time and CPU time in seconds, its peak of memory in MB, and what it printed."""

    wall: float
    cpu: float
    memory: float
    output: str


def run(command: list[str], limit: float) -> Run | None:
    """Run a command to its end; None when it takes longer than the limit, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            output, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: {errors.strip()}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # The peak of all children so far: so each size is measured from the lightest to the heaviest.
    return Run(wall, cpu, peak(errors) or after.ru_maxrss / 1024, output)


def peak(errors: str) -> float | None:
    """Give the peak of memory that /usr/bin/time told, in MB."""
    lines = [line for line in errors.splitlines() if line.startswith("peak ")]
    return int(lines[-1].split()[1]) / 1024 if lines else None


def together(command: list[str]) -> float:
    """Run a command once more and give the peak of the memory of its processes together, in MB, of Linux only.

    What they share counts once (the sum of their proportional set sizes), looked at every 20 ms.
    """
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_proportional, _family(process.pid))))
            time.sleep(0.02)
    return most / 1024


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return [process]
    return [process, *(each for child in children for each in _family(int(child)))]


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def timed(command: list[str]) -> list[str]:
    """Let a command be watched for its own peak of memory, where the program for it is there."""
    return ["/usr/bin/time", "-f", "peak %M", *command] if Path("/usr/bin/time").exists() else command


def commands(data: Path, shapes: Path, folder: Path, rudof: Path | None) -> dict[str, list[str]]:
    """Give the command of each validator that is there."""
    bin_ = Path(sys.executable).parent
    found = {
        "parse": [sys.executable, "-c", PARSE, str(data)],
        "imnm-kg": [str(bin_ / "imnm-kg"), "validate", str(data), "--shapes", str(shapes), "--format", "json"],
        "pyshacl": [str(bin_ / "pyshacl"), "-s", str(shapes), "-f", "nt", str(data)],
    }
    if rudof is not None:
        found["pyrudof"] = [str(rudof), "-c", RUDOF, str(data), str(shapes)]
    if (JARS / "jena-shacl.jar").exists():
        paths = [folder / "classes", *(JARS / f"{jar}.jar" for jar in NEEDED)]
        if not paths[0].exists():
            _unpack(paths[0])
        java = ["java", "-Xmx16g", "-cp", ":".join(map(str, paths)), "shacl.shacl", "validate"]
        found["Jena"] = [*java, "--shapes", str(shapes), "--data", str(data)]
    return {name: timed(command) for name, command in found.items()}


def _unpack(classes: Path) -> None:
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for member in jar.namelist():
            if member.startswith(WRONG) and member.endswith(".properties"):
                path = classes / member.replace(WRONG, RIGHT)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(jar.read(member))


def results(name: str, output: str) -> list[tuple[str, str]]:
    """Give the results of a run as focus node and component, sorted."""
    if name == "imnm-kg":
        return sorted((each["focus"], each["component"]) for each in json.loads(output)["results"])
    from pyoxigraph import RdfFormat, parse

    form = RdfFormat.N_TRIPLES if name == "pyshacl" else RdfFormat.TURTLE
    focus, component = {}, {}
    for quad in parse(output, format=form):
        if quad.predicate.value.endswith("#focusNode"):
            focus[quad.subject] = str(quad.object)
        elif quad.predicate.value.endswith("#sourceConstraintComponent"):
            component[quad.subject] = str(quad.object).rpartition("#")[2].removesuffix("ConstraintComponent>")
    return sorted((focus[node], component[node]) for node in focus)
