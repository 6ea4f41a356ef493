# SPDX-License-Identifier: Apache-2.0
"""Constraint components that a shapes graph defines in SPARQL, and the queries of shapes."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from imnm_kg.rdf.sparql import undeclared_prefixes
from imnm_kg.shacl.constraints.queries import Component
from imnm_kg.shacl.frozen import Frozen
from imnm_kg.shacl.paths import Path
from imnm_kg.shacl.queries import Query, QueryError
from imnm_kg.shacl.shapes import ShapesError
from imnm_kg.shacl.shapes_graph import ShapesGraph
from imnm_kg.shacl.vocabulary import SH, Term, local_name, rdf, sh

__all__ = ["CustomComponents", "read_query"]


def read_query(graph: ShapesGraph, node: Term, form: str, bound: tuple[str, ...], path: Path | None) -> Query:
    """Read the query of a constraint or a validator, with the path of the shape put in.

    Args:
        graph: the shapes graph.
        node: the constraint or the validator.
        form: ``select`` or ``ask``, the property that holds the query.
        bound: the variables that will be pre-bound.
        path: the path of the shape, for ``$PATH``.

    Raises:
        ShapesError: when the query is no query, or none that a shape may hold.
    """
    predicate = sh(form)
    text = graph.string(node, predicate)
    value = graph.values(node, predicate)[0]
    assert text is not None
    prefixes = graph.prefixes(node)
    for prefix in undeclared_prefixes(text):
        if prefix not in prefixes:
            what = f"the query uses the prefix {prefix}: that its sh:prefixes does not give"
            raise ShapesError(node, what, predicate, value)
    prologue = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in sorted(prefixes.items()))
    query = Query(text, prologue, prefixes)
    if query.uses("PATH"):
        if path is None:
            raise ShapesError(
                node, "$PATH stands for the path of a property shape, and this is a node shape", predicate
            )
        query = Query(query.bind({"PATH": str(path)}), prologue, prefixes)
    try:
        query.check(form.upper(), bound)
    except QueryError as error:
        at = f" (line {error.line} of the query)" if error.line is not None else ""
        fault = ShapesError(node, f"{error}{at}", predicate, value)
        fault.line = error.line
        raise fault from error
    return query


class _Declared(Frozen):
    iri: NamedNode
    parameters: dict[str, NamedNode]
    optional: frozenset[str]


class CustomComponents:
    """The components of a shapes graph.

    Attributes:
        parameters: the properties that are parameters of a component.
        declarations: the nodes that declare components and their parameters, which are no shapes to validate with.
    """

    def __init__(self, graph: ShapesGraph) -> None:
        """Read the declarations; validators are read when a shape uses the component."""
        self._graph = graph
        self._declared: list[_Declared] = []
        self.declarations: set[Term] = set()
        for node, said in graph.by_subject.items():
            if sh("parameter") in said or sh("ConstraintComponent") in said.get(rdf("type"), ()):
                self.declarations |= {node, *graph.values(node, sh("parameter"))}
                if isinstance(node, NamedNode) and not node.value.startswith(SH):
                    self._declared.append(self._declaration(node))
        self.parameters = {iri for each in self._declared for iri in each.parameters.values()}

    def declares(self, node: Term) -> bool:
        """Tell whether a node declares a component or a parameter."""
        return node in self.declarations

    def _declaration(self, node: NamedNode) -> _Declared:
        graph = self._graph
        parameters, optional = {}, set()
        for parameter in graph.values(node, sh("parameter")):
            path = graph.one(parameter, sh("path"))
            if not isinstance(path, NamedNode):
                raise ShapesError(
                    node, "a parameter of a component must have an IRI as sh:path", sh("parameter"), parameter
                )
            name = local_name(path.value)
            if name in ("this", "shapesGraph", "currentShape", "path", "PATH", "value") or not name.isidentifier():
                raise ShapesError(node, f"no parameter of a component may be called {name}", sh("parameter"), parameter)
            parameters[name] = path
            if graph.boolean(parameter, sh("optional")):
                optional.add(name)
        if not set(parameters) - optional:
            raise ShapesError(node, "a component must have a parameter that is not optional", sh("parameter"))
        return _Declared(node, parameters, frozenset(optional))

    def constraints(self, shape: Term, path: Path | None) -> Iterator[Component]:
        """Give the constraints of a shape that components of the shapes graph make.

        Raises:
            ShapesError: when a component has no validator that can be used, or a parameter has several values.
        """
        given = self._graph.by_subject.get(shape, {})
        for declared in self._declared:
            needed = [iri for name, iri in declared.parameters.items() if name not in declared.optional]
            if any(iri not in given for iri in needed):
                continue
            values = {name: given[iri] for name, iri in declared.parameters.items() if iri in given}
            several = [name for name in values if len(values[name]) > 1]
            if several and len(declared.parameters) > 1:
                iri = declared.parameters[several[0]]
                raise ShapesError(shape, "a parameter of a component with several must have one value", iri)
            sole = several[0] if several else None
            combinations = [{sole: each} for each in values[sole]] if sole else [{n: v[0] for n, v in values.items()}]
            for parameters in combinations:
                yield from self._constraint(declared, shape, path, parameters)

    def _constraint(
        self, declared: _Declared, shape: Term, path: Path | None, parameters: dict[str, Term]
    ) -> Iterator[Component]:
        graph = self._graph
        own = sh("nodeValidator" if path is None else "propertyValidator")
        validators = graph.values(declared.iri, own)[:1] or graph.values(declared.iri, sh("validator"))[:1]
        if not validators:
            kind = "node" if path is None else "property"
            raise ShapesError(shape, f"the component {declared.iri} has no validator for a {kind} shape")
        validator = validators[0]
        form = "ask" if graph.values(validator, sh("ask")) else "select"
        if not graph.values(validator, sh(form)):
            raise ShapesError(validator, "a validator must have sh:ask or sh:select; no other kind is supported")
        bound = ("this", *(("value",) if form == "ask" else ()), *parameters)
        query = read_query(graph, validator, form, bound, path)
        constants: dict[str, Term] = {name: value for name, value in parameters.items() if query.uses(name)}
        if query.uses("currentShape"):
            constants["currentShape"] = shape
        messages = graph.messages(validator) or graph.messages(declared.iri)
        yield Component(declared.iri, query, messages, constants, parameters)
