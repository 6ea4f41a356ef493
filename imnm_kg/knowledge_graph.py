# SPDX-License-Identifier: Apache-2.0
"""The graph for Python programs: ``from imnm_kg import KnowledgeGraph``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse

from imnm_kg.errors import ImnmError
from imnm_kg.model.claims import POLARITIES, RANKS, Claim, read_claims
from imnm_kg.model.folders import Folders, find_folders, find_release
from imnm_kg.model.namespaces import ENTITY, IMNM, OWN_PREFIXES
from imnm_kg.model.results import Answer
from imnm_kg.model.stored_query import StoredQuery, list_queries, load_query
from imnm_kg.operations.ask import ask, open_release, with_prefixes

if TYPE_CHECKING:
    from imnm_kg.model.explanation import Explanation
    from imnm_kg.model.report import Report
    from imnm_kg.model.results import Result

__all__ = ["KnowledgeGraph", "RemoteGraph"]


class KnowledgeGraph:
    """A built release, opened read-only in memory.

    Examples:
        >>> from imnm_kg import KnowledgeGraph
        >>> graph = KnowledgeGraph.open()
        >>> [claim.label for claim in graph.claims(polarity="Negated", subject="zilucoplan")]
        ['zilucoplan does not ameliorate immune-mediated necrotizing myopathy (timepoint: P8W)']
    """

    def __init__(self, release: Path, folders: Folders) -> None:
        """Use :meth:`open`."""
        self._release = release
        self._folders = folders

    @classmethod
    def open(cls, release: str | Path | None = None) -> KnowledgeGraph:
        """Open a release.

        Args:
            release: the folder of a release; else ``./release``, else the one inside the package.

        Raises:
            ImnmError: ``release-missing``.
        """
        return cls(find_release(None if release is None else Path(release)), find_folders())

    @staticmethod
    def connect(url: str, timeout: float = 60.0) -> RemoteGraph:
        """Ask a SPARQL endpoint instead of a release; nothing is sent before the first question.

        Args:
            url: the address of the endpoint, http or https.
            timeout: seconds for each query that is sent.

        Raises:
            ImnmError: ``data-missing``, when the stored queries are not installed.
        """
        return RemoteGraph(url, timeout, find_folders())

    @property
    def release(self) -> Path:
        """The folder of the release."""
        return self._release

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the release; queries may use them without declaring them."""
        with (self._release / "imnm.ttl").open("rb") as stream:
            parser = parse(stream, format=RdfFormat.TURTLE)
            next(iter(parser), None)
            return dict(parser.prefixes)

    @cached_property
    def _store(self) -> Store:
        return open_release(self._release, graphs=True)

    @cached_property
    def _triples(self) -> list[Triple]:
        path = self._release / "imnm.nq"
        return list(dict.fromkeys(quad.triple for quad in parse(path=path, format=RdfFormat.N_QUADS)))

    def queries(self) -> list[StoredQuery]:
        """Return the stored questions, sorted by name."""
        return list_queries(self._folders.queries, "question")

    def query(self, name: str, /, **parameters: str | NamedNode | Literal | None) -> Answer:
        """Run a stored query.

        Args:
            name: its name, for example ``treatments``.
            parameters: values by name: text as on the command line (``disease="imnm"``), or RDF terms, which are
                bound as they are; None is as good as left out.

        Raises:
            ImnmError: ``query-unknown``, ``parameter-unknown``, ``parameter-type``.
        """
        stored = load_query(self._folders.queries, name)
        given = {key: value for key, value in parameters.items() if value is not None}
        return Answer.of(self._ask(stored.bind(given, self.prefixes), stored.path))

    def sparql(self, text: str) -> Answer:
        """Run any SPARQL 1.1 query; the default graph is the union of all named graphs.

        Raises:
            ImnmError: ``query-syntax``, ``query-service``.
        """
        return Answer.of(self._ask(text, "query"))

    def _ask(self, text: str, shown: str) -> Result:
        return ask(self._store, text, self.prefixes, shown)

    def claims(
        self,
        *,
        subject: str | NamedNode | None = None,
        predicate: str | NamedNode | None = None,
        object: str | NamedNode | None = None,
        polarity: str | None = None,
        certainty: str | None = None,
    ) -> list[Claim]:
        """Return the claims that fit, sorted by IRI; a name stands for an entity or a relation of ours.

        Args:
            subject: what the claim is about, for example ``zilucoplan``.
            predicate: the relation, for example ``treats``.
            object: the other end of the relation.
            polarity: ``Affirmed`` or ``Negated``.
            certainty: ``Established``, ``Probable``, ``Possible`` or ``Hypothesised``.
        """
        for name, value, choices in (("polarity", polarity, POLARITIES), ("certainty", certainty, RANKS)):
            if value not in (None, *choices):
                raise ImnmError("parameter-type", f"'{value}' is no {name}", f"give one of {', '.join(choices)}")
        wanted = (_node(subject, ENTITY), _node(predicate, IMNM), _node(object, ENTITY))
        known = self._claims_about(*wanted)

        def fits(claim: Claim) -> bool:
            terms = zip(wanted, (claim.subject, claim.predicate, claim.object), strict=True)
            return (
                all(want is None or want == has for want, has in terms)
                and polarity in (None, claim.polarity)
                and certainty in (None, claim.certainty)
            )

        return [claim for claim in known if fits(claim)]

    def _claims_about(
        self, subject: NamedNode | None, predicate: NamedNode | None, object_: NamedNode | None
    ) -> list[Claim]:
        del subject, predicate, object_  # all of them are at hand
        return self._claims

    @cached_property
    def _claims(self) -> list[Claim]:
        return read_claims(self._triples)

    def explain(
        self, *words: str, documents: str | Path | None = None, claims: str | Path | None = None
    ) -> list[Explanation]:
        """Lead a claim, or an edge given as subject, relation and object, back to its quotes.

        Args:
            words: an id, or subject, relation and object.
            documents: the folder of the documents' texts, for whole sentences.
            claims: a Turtle file of proposed claims, to be explained as well as those of the release.

        Raises:
            ImnmError: ``explain-unknown``, ``explain-ambiguous``.
        """
        from imnm_kg.model.documents import read_source_texts
        from imnm_kg.operations.explain import explain
        from imnm_kg.rdf.reader import read_turtle

        texts = {} if documents is None else read_source_texts(Path(documents))
        proposed = () if claims is None else read_turtle(Path(claims)).quads
        return explain([*proposed, *self._triples_for(words)], words, self.prefixes, texts)

    def _triples_for(self, words: tuple[str, ...]) -> list[Triple]:
        del words  # the whole release is at hand
        return self._triples

    def validate(self) -> Report:
        """Validate the release with the shapes of the project."""
        from imnm_kg.model.inputs import read_data, read_shapes
        from imnm_kg.model.placing import place_results
        from imnm_kg.operations.validate import validate

        data = read_data([self._release / "imnm.nq"])
        return place_results(validate(data, read_shapes([self._folders.shapes])), data)

    def __iter__(self) -> Iterator[Triple]:
        """Yield every triple once, literals as the sources write them."""
        return iter(self._triples)

    def __len__(self) -> int:
        return len(self._triples)


class RemoteGraph(KnowledgeGraph):
    """A graph behind a SPARQL endpoint, asked as one in memory is; see :meth:`KnowledgeGraph.connect`.

    A default graph that is the union of all graphs is taken for granted, as our own server has it.
    """

    def __init__(self, url: str, timeout: float, folders: Folders) -> None:
        """Use :meth:`KnowledgeGraph.connect`."""
        self.url = url
        self.timeout = timeout
        self._folders = folders

    @property
    def release(self) -> Path:
        """There is none: the release is the server's.

        Raises:
            ImnmError: ``release-missing``.
        """
        what = f"the release of {self.url} is not on this machine"
        raise ImnmError("release-missing", what, "open a release with KnowledgeGraph.open()")

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the project; queries may use them without declaring them."""
        from imnm_kg.operations.assemble import read_prefixes

        return {**OWN_PREFIXES, **read_prefixes(self._folders)}

    def _ask(self, text: str, shown: str) -> Result:
        from imnm_kg.operations.remote import ask_endpoint

        del shown
        return ask_endpoint(self.url, with_prefixes(text, self.prefixes), self.timeout)

    def _claims_about(
        self, subject: NamedNode | None, predicate: NamedNode | None, object_: NamedNode | None
    ) -> list[Claim]:
        from imnm_kg.operations.gather import gather_claims

        return read_claims(gather_claims(self.sparql, subject, predicate, object_))

    def _triples_for(self, words: tuple[str, ...]) -> list[Triple]:
        from imnm_kg.operations.gather import gather

        return gather(self.sparql, words, self.prefixes)

    def validate(self) -> Report:
        """Ask the endpoint what the shapes of the project look at, and validate that."""
        from imnm_kg.model.inputs import Data, own_shapes
        from imnm_kg.operations.validate import report_of
        from imnm_kg.operations.validate_remote import validate_remote
        from imnm_kg.shacl import DataGraph

        shapes = own_shapes(self._folders)
        return report_of(validate_remote(self.url, shapes.quads, self.timeout), Data(DataGraph()), shapes)

    def __iter__(self) -> Iterator[Triple]:
        """Get every triple and yield it once."""
        yield from self.sparql("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }").triples or ()

    def __len__(self) -> int:
        return int(next(iter(self.sparql("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")))["n"] or 0)


def _node(value: str | NamedNode | None, namespace: str) -> NamedNode | None:
    """Turn a name, a prefixed name of ours or an IRI into a node."""
    if value is None or isinstance(value, NamedNode):
        return value
    prefix, colon, local = value.partition(":")
    iri = OWN_PREFIXES[prefix] + local if colon and prefix in OWN_PREFIXES else value
    try:
        return NamedNode(iri if "://" in iri else namespace + iri)
    except ValueError as error:
        raise ImnmError("parameter-type", f"'{value}' is no name and no IRI", "give for example zilucoplan") from error
