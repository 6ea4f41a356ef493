# SPDX-License-Identifier: Apache-2.0
"""What a shape asks and nothing can give: bounds that cross, kinds that exclude one another, values that are barred."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from imnm_kg.errors import counted
from imnm_kg.shacl.asked import Asked, asked, barred, named, parameter, shown
from imnm_kg.shacl.constraints import logic, sets, values
from imnm_kg.shacl.constraints.base import Constraint, ValueConstraint, brief
from imnm_kg.shacl.paths import Alternative, Path, Predicate, Repeated
from imnm_kg.shacl.paths import Sequence as Steps
from imnm_kg.shacl.shapes import Shape, Shapes
from imnm_kg.shacl.vocabulary import XSD, Term, local_name, rdf

__all__ = ["Contradiction", "contradictions"]

_LANG_STRING = rdf("langString")
_INTEGERS = {
    f"{XSD}{name}"
    for name in (
        "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
        "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    )
}  # fmt: skip
_NUMBERS = {*_INTEGERS, *(f"{XSD}{name}" for name in ("decimal", "double", "float"))}
_LIKE = {"dateTimeStamp": "dateTime", "yearMonthDuration": "duration", "dayTimeDuration": "duration"}
_COMPARED = {"string", "boolean", "dateTime", "date", "time", "duration", "gYear", "gYearMonth", "gMonth", "gDay",
             "gMonthDay"}  # fmt: skip
_LOW = (values.MinInclusive, values.MinExclusive)
_HIGH = (values.MaxInclusive, values.MaxExclusive)
_RANGES = (*_LOW, *_HIGH)
# What means the same of a focus node as of a value node.
_SAME_ANYWHERE = (ValueConstraint, logic.Property)
_TEXT = (values.MinLength, values.MaxLength, values.Pattern)
_COUNTED = {sets.MaxCount, values.In, logic.QualifiedMaxCount}
_CLOSED, _LISTS, _GIVEN = {sets.Closed}, {values.In}, {sets.HasValue}
_PAIRS = {sets.Equals, sets.Disjoint, sets.LessThan}
_LOGIC = {logic.Not, logic.Or, logic.Xone}
_LIMITING = {values.NodeKind, values.Datatype, values.LanguageIn, values.Class, *_RANGES, *_TEXT}
_KINDS = {
    "BlankNode": {"blank nodes"},
    "IRI": {"IRIs"},
    "Literal": {"literals"},
    "BlankNodeOrIRI": {"blank nodes", "IRIs"},
    "BlankNodeOrLiteral": {"blank nodes", "literals"},
    "IRIOrLiteral": {"IRIs", "literals"},
}


class Contradiction(NamedTuple):
    """Something that a shape asks and that cannot be.

    Attributes:
        parameter: the property of SHACL at fault, by its local name.
        what: what contradicts what, a sentence without its full stop.
        always: whether no focus node can conform; otherwise those without values can.
    """

    parameter: str
    what: str
    always: bool


def contradictions(shapes: Shapes, shape: Shape, *together: Shape) -> list[Contradiction]:
    """Find what contradicts what in a shape, or in several of the same path.

    Args:
        shapes: all shapes.
        shape: a shape.
        together: further property shapes of the same path that a node must conform to at once.
    """
    all_ = asked(shapes, shape, *together)
    kinds = set(map(type, all_.constraints))
    low, why = _least(all_)
    needed = all_.path is None or low > 0
    # Most shapes ask nothing that could contradict anything; what is not asked is not looked at.
    looks: tuple[tuple[Collection[type], bool, Callable[[], _Found]], ...] = (
        (_COUNTED, True, lambda: _counts(all_, low, why)),
        (_CLOSED, True, lambda: _closed(shapes, shape, all_)),
        (_LIMITING, needed, lambda: _kinds(all_)),
        (_LIMITING, needed, lambda: _texts(all_)),
        (_RANGES, needed, lambda: _ranges(all_)),
        (_LISTS, needed, lambda: _lists(all_)),
        (_PAIRS, needed, lambda: _pairs(all_)),
        (_LOGIC, needed, lambda: _logic(shapes, all_)),
        (_GIVEN, True, lambda: _given(all_)),
    )
    found = [Contradiction(*each, always) for about, always, look in looks if not kinds.isdisjoint(about)
             for each in look()]  # fmt: skip
    return list(dict.fromkeys(found))


_Found = Iterator[tuple[str, str]]
_Low = values.MinInclusive | values.MinExclusive
_High = values.MaxInclusive | values.MaxExclusive


# Counts -------------------------------------------------------------------------------------------------------


def _least(all_: Asked) -> tuple[int, str]:
    """Give how many values there must be, and what says so."""
    found = [(0, "")]
    for constraint in all_.constraints:
        if isinstance(constraint, sets.MinCount):
            found.append((constraint.count, f"sh:minCount {constraint.count}"))
        elif isinstance(constraint, logic.QualifiedMinCount):
            found.append((constraint.count, f"sh:qualifiedMinCount {constraint.count}"))
    given = {each.term for each in all_.constraints if isinstance(each, sets.HasValue)}
    if given:
        found.append((len(given), f"sh:hasValue of {counted(len(given), 'value')}"))
    return max(found)


def _counts(all_: Asked, low: int, why: str) -> _Found:
    most = [each.count for each in all_.constraints if isinstance(each, sets.MaxCount)]
    if most and low > min(most):
        yield why.split()[0].removeprefix("sh:"), f"{why} is more than sh:maxCount {min(most)}"
    for each in all_.constraints:
        if isinstance(each, values.In) and low > len(set(each.members)) > 0:
            yield why.split()[0].removeprefix("sh:"), f"{why} is more than the {len(set(each.members))} of sh:in"
    pairs = product(all_.of(logic.QualifiedMinCount), all_.of(logic.QualifiedMaxCount))
    for one, other in pairs:
        assert isinstance(one, logic.QualifiedMinCount)
        assert isinstance(other, logic.QualifiedMaxCount)
        if one.node == other.node and one.count > other.count:
            what = f"sh:qualifiedMinCount {one.count} is more than sh:qualifiedMaxCount {other.count}"
            yield "qualifiedMinCount", what


def _closed(shapes: Shapes, shape: Shape, all_: Asked) -> _Found:
    for closed in all_.constraints:
        if not isinstance(closed, sets.Closed):
            continue
        for target in shape.targets if shape.path is None else ():
            iri = {"class": rdf("type"), "subjectsOf": target.term}.get(target.kind)
            if isinstance(iri, NamedNode) and iri not in closed.allowed:
                name = "rdf:type" if iri == rdf("type") else brief(iri)
                yield "closed", f"sh:closed does not allow {name}, which each node of the target has"
        for property_ in all_.properties:
            least, why = _least(asked(shapes, property_))
            firsts = _firsts(property_.path) if property_.path is not None and least else set()
            if firsts and not firsts & closed.allowed:
                yield "closed", f"sh:closed does not allow {brief(sorted(firsts, key=str))}, of which {why} is asked"


def _firsts(path: Path) -> set[NamedNode]:
    """Give the predicates that the first step of a path may be; none where it need not leave the node."""
    match path:
        case Predicate():
            return {path.iri}
        case Steps():
            return _firsts(path.paths[0])
        case Alternative():
            parts = [_firsts(part) for part in path.paths]
            return set().union(*parts) if all(parts) else set()
        case Repeated(mark="+"):
            return _firsts(path.path)
    return set()


# Kinds and texts ----------------------------------------------------------------------------------------------


def _kinds_of(constraint: Constraint) -> set[str] | None:
    """Give the kinds of terms that a constraint leaves."""
    match constraint:
        case values.NodeKind():
            return _KINDS[constraint.kind]
        case values.Datatype() | values.LanguageIn():
            return {"literals"}
        case values.Class():
            return {"IRIs", "blank nodes"}
    if isinstance(constraint, _RANGES):
        return {"literals"}
    return {"IRIs", "literals"} if isinstance(constraint, _TEXT) else None


def _kinds(all_: Asked) -> _Found:
    limited = [(constraint, kinds) for constraint in all_.constraints if (kinds := _kinds_of(constraint)) is not None]
    if len(limited) < 2:
        return
    for (one, first), (other, second) in combinations(limited, 2):
        if not first & second:
            left, right = (" and ".join(sorted(each)) for each in (first, second))
            yield parameter(other), f"{shown(one)} leaves {left} only, {shown(other)} {right}"
            return
    if not set[str]().union(*_KINDS.values()).intersection(*(kinds for _, kinds in limited)):
        yield (
            parameter(limited[-1][0]),
            f"{', '.join(shown(one) for one, _ in limited)} leave no kind of term together",
        )


def _texts(all_: Asked) -> _Found:
    shortest = max((each.length for each in all_.constraints if isinstance(each, values.MinLength)), default=0)
    for each in all_.constraints:
        if isinstance(each, values.MaxLength) and each.length < shortest:
            yield "minLength", f"sh:minLength {shortest} is more than sh:maxLength {each.length}"
    types = {each.iri: None for each in all_.constraints if isinstance(each, values.Datatype)}
    if len(types) > 1:
        yield "datatype", f"a literal has one datatype, and {brief(types)} are asked for"
    tongues = [each for each in all_.constraints if isinstance(each, values.LanguageIn)]
    for each in tongues:
        if not each.languages:
            yield "languageIn", "the list of sh:languageIn is empty"
        elif types and _LANG_STRING not in types:
            yield (
                "languageIn",
                f"a literal of sh:datatype {brief(types)} has no language, and sh:languageIn asks for one",
            )
    for one, other in combinations(tongues, 2):
        shared = product(one.languages, other.languages)
        if not any(values.language_matches(a, b) or values.language_matches(b, a) for a, b in shared):
            yield "languageIn", f"{shown(one)} and {shown(other)} share no language"


# Ranges -------------------------------------------------------------------------------------------------------


def _family(datatype: str) -> str:
    """Name the values that those of a datatype compare with; an empty text where they compare with none."""
    if datatype in _NUMBERS:
        return "number"
    name = datatype.removeprefix(XSD)
    name = _LIKE.get(name, name)
    return name if name in _COMPARED else ""


def _ranges(all_: Asked) -> _Found:
    bounds = [each for each in all_.constraints if isinstance(each, values.MinInclusive | values.MinExclusive
              | values.MaxInclusive | values.MaxExclusive)]  # fmt: skip
    types = [each.iri.value for each in all_.constraints if isinstance(each, values.Datatype)]
    for each in bounds:
        family = _family(each.bound.datatype.value) if each.bound.language is None else ""
        if not family:
            yield (
                parameter(each),
                f"nothing can be compared with the value of {shown(each)}, of type {_type(each.bound)}",
            )
            return
        for type_ in types:
            if _family(type_) != family:
                yield (
                    parameter(each),
                    f"no {local_name(type_)} can be compared with {shown(each)}, of type {_type(each.bound)}",
                )
                return
    lows = [each for each in bounds if isinstance(each, _LOW)]
    highs = [each for each in bounds if isinstance(each, _HIGH)]
    from imnm_kg.shacl.ordering import orders

    signs = orders((low.bound, high.bound) for low, high in product(lows, highs))
    for (low, high), sign in zip(product(lows, highs), signs, strict=True):
        open_ = isinstance(low, values.MinExclusive) or isinstance(high, values.MaxExclusive)
        families = {_family(each.bound.datatype.value) for each in (low, high)}
        if len(families) > 1:
            yield parameter(low), f"no value can be compared both with {shown(low)} and with {shown(high)}"
        elif sign == ">" or (sign == "=" and open_):
            yield parameter(low), f"no value is between {shown(low)} and {shown(high)}"
        elif _INTEGERS.intersection(types) and _no_integer(low, high):
            yield parameter(low), f"no whole number is between {shown(low)} and {shown(high)}"


def _no_integer(
    low: values.MinInclusive | values.MinExclusive, high: values.MaxInclusive | values.MaxExclusive
) -> bool:
    if not all(each.bound.datatype.value in _INTEGERS for each in (low, high)):
        return False
    least = int(low.bound.value) + isinstance(low, values.MinExclusive)
    return least > int(high.bound.value) - isinstance(high, values.MaxExclusive)


def _type(literal: Literal) -> str:
    return local_name(literal.datatype.value)


# Lists and given values ---------------------------------------------------------------------------------------


def _lists(all_: Asked) -> _Found:
    for each in all_.of(values.In):
        assert isinstance(each, values.In)
        others = [other for other in all_.constraints if other is not each]
        if not each.members:
            yield "in", "the list of sh:in is empty"
            continue
        bars = [barred(member, others) for member in each.members]
        if None not in bars:
            names = dict.fromkeys(shown(bar) for bar in bars if bar is not None)
            yield "in", f"no member of sh:in is left by {', '.join(names)}"


def _given(all_: Asked) -> _Found:
    for each in all_.of(sets.HasValue):
        assert isinstance(each, sets.HasValue)
        bar = barred(each.term, all_.constraints)
        if isinstance(bar, values.In):
            yield "hasValue", f"sh:hasValue {brief(each.term)} is not in sh:in"
        elif bar is not None:
            yield "hasValue", f"sh:hasValue {brief(each.term)} is excluded by {shown(bar)}"


# Pairs of properties, and logic -------------------------------------------------------------------------------


def _pairs(all_: Asked) -> _Found:
    equal, apart = (
        {each.iri for each in all_.constraints if isinstance(each, kind)} for kind in (sets.Equals, sets.Disjoint)
    )
    less = {each.iri for each in all_.constraints if type(each) is sets.LessThan}
    for iri in sorted(equal & apart, key=str):
        yield "disjoint", f"sh:equals and sh:disjoint name the same property, {brief(iri)}"
    for iri in sorted(equal & less, key=str):
        yield "lessThan", f"sh:equals and sh:lessThan name the same property, {brief(iri)}"
    if isinstance(all_.path, Predicate):
        for name, iris in (("lessThan", less), ("disjoint", apart)):
            if all_.path.iri in iris:
                yield name, f"sh:{name} compares {brief(all_.path.iri)} with itself"


def _logic(shapes: Shapes, all_: Asked) -> _Found:
    denied: set[Term] = set()
    known = {_print(each) for each in all_.constraints if not isinstance(each, logic.Not)}
    for each in all_.constraints:
        if not isinstance(each, logic.Not):
            continue
        denied.add(each.node)
        other = shapes[each.node]
        asks = [] if other.deactivated else other.constraints
        if not asks:
            yield "not", f"sh:not names {named(each.node)}, which asks nothing, so that every value conforms to it"
        elif each.node in all_.shapes or each.node in (property_.node for property_ in all_.properties):
            yield "not", f"the values must conform to {named(each.node)}, and sh:not says that they must not"
        elif other.path is None and all(isinstance(ask, _SAME_ANYWHERE) and _print(ask) in known for ask in asks):
            yield "not", f"all that sh:not denies, that of {named(each.node)}, is asked of the values too"
    for each in all_.constraints:
        if isinstance(each, logic.Or | logic.Xone):
            name = parameter(each)
            if not each.nodes:
                yield name, f"the list of sh:{name} is empty"
            elif set(each.nodes) <= denied:
                yield name, f"sh:not excludes every member of sh:{name}"
            elif isinstance(each, logic.Xone) and len(each.nodes) > 1 and len(set(each.nodes)) == 1:
                yield "xone", f"sh:xone names {named(each.nodes[0])} alone and more than once"


def _print(constraint: Constraint) -> tuple[object, ...]:
    """Give what tells a constraint from others, so that two that ask the same are the same."""
    said: Sequence[tuple[str, object]] = sorted(vars(constraint).items())
    if constraint.source is not None:
        return type(constraint), constraint.source
    return type(constraint), *((name, str(value)) for name, value in said if name not in ("compiled", "query"))
