# SPDX-License-Identifier: Apache-2.0
"""What is validated and with what: data files streamed into a graph, and the triples of shapes files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, QuadParser, RdfFormat, Triple, parse

from imnm_kg.errors import ImnmError, Place
from imnm_kg.model.folders import Folders
from imnm_kg.rdf.files import Source, read_text
from imnm_kg.rdf.reader import format_of, parse_turtle, read_rdf
from imnm_kg.rdf.scan import text_before
from imnm_kg.shacl.columns import LOW, DataGraph, Portion, apart
from imnm_kg.shacl.processes import may_fork
from imnm_kg.shacl.vocabulary import Term, owl, rdf, rdfs, sh

__all__ = [
    "Data",
    "Shapes",
    "add_prefixes",
    "list_files",
    "own_shapes",
    "read_data",
    "read_shapes",
    "unfetched_imports",
]

_SUFFIXES = (".ttl", ".trig", ".nt", ".nq")
_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_LARGE = 1 << 20
_WORTH_PARTS = 1 << 20


class Data(NamedTuple):
    """What is validated.

    Attributes:
        graph: the union of all graphs of all files.
        sources: the files; the labels of blank nodes in the graph start with the number of their file, if there are
            several.
        prefixes: the prefixes that the files declare.
        empty: whether no file that is judged has a triple; an ontology beside them does not count.
        terms: how many terms of the graph those files have; they come first. None: all of them.
    """

    graph: DataGraph
    sources: tuple[Source, ...] = ()
    prefixes: Mapping[str, str] = MappingProxyType({})
    empty: bool = False
    terms: int | None = None

    @property
    def files(self) -> int:
        """How many files the labels of blank nodes tell apart."""
        return len(self.sources)


class Shapes(NamedTuple):
    """What to validate with.

    Attributes:
        quads: the triples.
        sources: the files; labels of blank nodes as in data.
        prefixes: the prefixes that the files declare.
    """

    quads: tuple[Quad, ...]
    sources: tuple[Source, ...] = ()
    prefixes: Mapping[str, str] = MappingProxyType({})

    @property
    def targeted(self) -> bool:
        """Whether any shape has a target."""
        said = {quad.predicate for quad in self.quads}
        if any(sh(name) in said for name in _TARGETS):
            return True
        types: dict[Term, set[Term]] = {}
        for quad in self.quads:
            if quad.predicate == rdf("type"):
                types.setdefault(quad.subject, set()).add(quad.object)
        shapes = {sh("NodeShape"), sh("PropertyShape")}
        return any(rdfs("Class") in each and each & shapes for each in types.values())


class _Stream:
    """A file that is parsed when somebody reads it."""

    def __init__(self, source: Source, format_: RdfFormat) -> None:
        self.source, self.format = source, format_
        self.parser: QuadParser | None = None
        self.filled = False

    def __iter__(self) -> Iterator[Quad]:
        self.parser = parse(path=str(self.source.path), format=self.format, base_iri=self.source.base)
        first = next(self.parser, None)
        self.filled = first is not None
        return iter(()) if first is None else chain((first,), self.parser)

    @property
    def may_be_parted(self) -> bool:
        """Whether it is worth more than one process, and of a format in which a statement ends with a line."""
        path = self.source.path
        assert path is not None
        return path.suffix != ".trig" and path.is_file() and path.stat().st_size >= _WORTH_PARTS


class _Parted:
    """A large file that several processes parse."""

    def __init__(self, stream: _Stream, count: int) -> None:
        self.stream, self.count = stream, count

    def pieces(self) -> Iterator[Iterable[Quad] | Portion]:
        """Give what the processes read, in order."""
        from imnm_kg.shacl.parted import PartedFile

        source = self.stream.source
        assert source.path is not None
        file = PartedFile(source.path, self.stream.format, source.base, self.count)
        for piece in file.pieces():
            self.stream.parser, self.stream.filled = file.parser, True
            yield piece


class _Streams:
    """Files, one after the other; knows which of them is at fault when the parser gives up."""

    def __init__(self, paths: Iterable[Path], allow_empty: bool) -> None:
        self.all = [_stream(path, allow_empty) for path in list_files(paths)]

    def graph(self, workers: int) -> DataGraph:
        """Read all files.

        Args:
            workers: how many processes read a large one.

        Raises:
            SyntaxError: what the parser says; ``fault`` tells it well.
        """
        if workers > 1 and may_fork() and any(stream.may_be_parted for stream in self.all):
            from imnm_kg.shacl.parted import PartsError

            with suppress(PartsError, SyntaxError):  # read whole, a file that has a fault tells its place
                return DataGraph(*(_Parted(stream, workers) if stream.may_be_parted else stream for stream in self.all))
        return DataGraph(*self.all)

    def fault(self, error: SyntaxError) -> ImnmError:
        """Turn an error of the parser into one that names cause and place."""
        at = [stream for stream in self.all if stream.parser is not None][-1].source
        assert at.path is not None
        try:
            if at.path.suffix == ".ttl" and at.path.stat().st_size > _LARGE:
                _parse_part(at, error.lineno or 1)
            read_rdf(at.path, at.shown, at.base)
        except ImnmError as fault:
            return fault
        said = " ".join(str(error.msg).split())
        return ImnmError("rdf-syntax", f"syntax error: {said}", "correct the syntax", Place(at.shown))

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(stream.source for stream in self.all)

    @property
    def prefixes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for stream in self.all:
            if stream.parser is not None:
                for prefix, space in stream.parser.prefixes.items():
                    found.setdefault(prefix, space)
        return found

    def refuse_turtle_12(self, terms: Iterable[Term]) -> None:
        """Refuse what Turtle 1.1 does not know, where it stands."""
        for term in terms:
            if isinstance(term, Triple) or (isinstance(term, Literal) and term.direction is not None):
                for source in self.sources:
                    assert source.path is not None
                    if source.path.suffix == ".ttl":
                        read_rdf(source.path, source.shown, source.base)
                return


def _parse_part(source: Source, line: int) -> None:
    """Parse the statement at fault in a large file, for the error that tells it well; all of it would take long.

    Raises:
        ImnmError: what is wrong, with its place in the file.
    """
    with source.open() as stream:
        text, shift = text_before(stream, line, _LARGE, source.base)
    try:
        parse_turtle(text, source.shown, source.base)
    except ImnmError as fault:
        if fault.place is not None and fault.place.line is not None:
            fault.place = fault.place._replace(line=fault.place.line + shift)
        raise


def _stream(path: Path, allow_empty: bool) -> _Stream:
    shown = str(path)
    format_ = format_of(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(3)
    except OSError:
        start = b""
        allow_empty = False
    if (not start and not allow_empty) or start == b"\xef\xbb\xbf":
        read_text(path, shown)  # says what is wrong
    return _Stream(Source(shown, path, base=_base(path)), format_)


def list_files(paths: Iterable[Path]) -> list[Path]:
    """List files, and the RDF files of folders, each once.

    Raises:
        ImnmError: ``file-missing``, ``rdf-none``.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ImnmError("file-missing", "there is no such file or folder", "check the path", Place(str(path)))
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.suffix in _SUFFIXES and p.is_file()]
            if not inside:
                raise ImnmError(
                    "rdf-none", "the folder holds no RDF file", "give a folder with .ttl, .trig, .nt or .nq files",
                    Place(str(path)),
                )  # fmt: skip
            found.extend(inside)
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def read_data(paths: Iterable[Path], beside: Iterable[Path] = (), allow_empty: bool = False, workers: int = 1) -> Data:
    """Read data files or folders of them (``.ttl``, ``.trig``, ``.nt``, ``.nq``) into one graph, without a list.

    Args:
        paths: the files.
        beside: what the shapes ask about too, such as an ontology; it does not make empty data full.
        allow_empty: whether a file may be empty.
        workers: how many processes may read a large file.

    Raises:
        ImnmError: what is wrong with a file, with line and column.
    """
    given = list_files(paths)
    streams = _Streams([*given, *beside], allow_empty)
    try:
        graph = streams.graph(workers)
    except SyntaxError as error:
        raise streams.fault(error) from error
    streams.refuse_turtle_12(graph.terms)
    empty = not any(stream.filled for stream in streams.all[: len(given)])
    beside_them = len(given) < len(streams.all)
    return Data(graph, streams.sources, streams.prefixes, empty, graph.ends[len(given) - 1] if beside_them else None)


def read_shapes(paths: Iterable[Path], allow_empty: bool = False) -> Shapes:
    """Read shapes from files or folders.

    Raises:
        ImnmError: what is wrong with a file, with line and column; ``shapes-none`` when no shape with a target is
            there: such a graph would find everything good.
    """
    streams = _Streams(paths, allow_empty)
    quads: list[Quad] = []
    try:
        for number, stream in enumerate(streams.all):
            quads += _apart(stream, number) if len(streams.all) > 1 else stream
    except SyntaxError as error:
        raise streams.fault(error) from error
    streams.refuse_turtle_12(quad.object for quad in quads)
    shapes = Shapes(tuple(quads), streams.sources, streams.prefixes)
    if not allow_empty and not shapes.targeted:
        _refuse_malformed(shapes)  # a target may be misspelt
        raise ImnmError(
            "shapes-none",
            "the shapes have no target, so they would find every graph good",
            "give files with shapes that have sh:targetClass or another target with --shapes, or --allow-empty",
        )
    return shapes


def _refuse_malformed(shapes: Shapes) -> None:
    from imnm_kg.model.placing import shapes_fault
    from imnm_kg.shacl import ShapesError
    from imnm_kg.shacl import read_shapes as read

    try:
        read(shapes.quads)
    except ShapesError as error:
        raise shapes_fault(error, shapes) from error


def own_shapes(folders: Folders, allow_empty: bool = False) -> Shapes:
    """Read the project's own shapes, with the prefixes of its list, for data that does not bring the list along.

    Raises:
        ImnmError: as ``read_shapes`` raises.
    """
    prefixes = read_data([folders.ontology / "prefixes.ttl"])
    return add_prefixes(read_shapes([folders.shapes], allow_empty), prefixes.graph)


def _apart(quads: Iterable[Quad], number: int) -> Iterator[Quad]:
    """Name blank nodes by their file, as ``DataGraph`` does."""
    name = f"f{number}x"
    for quad in quads:
        subject, value = apart(quad.subject, name), apart(quad.object, name)
        yield Quad(subject, quad.predicate, value, quad.graph_name)  # type: ignore[arg-type]


def add_prefixes(shapes: Shapes, graph: DataGraph) -> Shapes:
    """Bring in the prefixes that queries of the shapes point at and only the data declares, as an ontology does."""
    wanted = {quad.object for quad in shapes.quads if quad.predicate == sh("prefixes")}
    wanted -= {quad.subject for quad in shapes.quads if quad.predicate == sh("declare")}
    if not wanted:
        return shapes
    subjects = {graph.intern(term) for term in wanted}
    pairs = graph.forward(graph.intern(sh("declare")), subjects)
    declarations = {pair & LOW for pair in pairs}
    found = [(pair >> 32, graph.intern(sh("declare")), pair & LOW) for pair in pairs]
    found += [each for each in graph.outgoing(declarations) if each[1] in _declaring(graph)]

    def named(number: int) -> Term:
        return apart(graph.term(number), "data-")

    added = [Quad(named(s), graph.term(p), named(o)) for s, p, o in found]  # type: ignore[arg-type]
    return shapes._replace(quads=(*shapes.quads, *added))


def _declaring(graph: DataGraph) -> set[int]:
    return {graph.intern(sh("prefix")), graph.intern(sh("namespace"))}


def unfetched_imports(graph: DataGraph, shapes: Shapes, sources: Sequence[Source]) -> list[str]:
    """Give the IRIs that data or shapes import and that none of the files is; nothing is ever fetched.

    Args:
        graph: the data.
        shapes: the shapes.
        sources: all files that were given.
    """
    imports, type_, ontology = owl("imports"), rdf("type"), owl("Ontology")
    wanted: set[Term] = {quad.object for quad in shapes.quads if quad.predicate == imports}
    wanted |= {graph.term(number) for number in graph.objects(graph.intern(imports))}
    there: set[Term] = {quad.subject for quad in shapes.quads if quad.predicate == type_ and quad.object == ontology}
    there |= {graph.term(pair & LOW) for pair in graph.backward(graph.intern(type_), {graph.intern(ontology)})}
    there |= {quad.object for quad in shapes.quads if quad.predicate == owl("versionIRI")}
    there |= {graph.term(number) for number in graph.objects(graph.intern(owl("versionIRI")))}
    there |= {NamedNode(source.base) for source in sources if source.base is not None}
    return sorted(term.value for term in wanted - there if isinstance(term, NamedNode))


def _base(path: Path) -> str:
    """Give the base of a file: its path from the current folder, so that results are the same on every machine."""
    from urllib.parse import quote

    full = path.resolve()
    here = Path.cwd()
    return "file:///" + quote((full.relative_to(here) if full.is_relative_to(here) else full).as_posix().lstrip("/"))
