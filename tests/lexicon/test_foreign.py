# SPDX-License-Identifier: Apache-2.0
"""Lexicons of others: terms, their IRIs, kinds and names; what is broken costs itself and nothing else."""

from __future__ import annotations

import contextlib
import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnm_kg.errors import ImnmError, Place
from imnm_kg.lexicon import triples
from imnm_kg.lexicon.collecting import FAULTS, Collector, Fault
from imnm_kg.lexicon.entries import Entry
from imnm_kg.lexicon.foreign import ForeignLexicon, lexicon_argument, read_foreign
from imnm_kg.lexicon.graphs import PREDICATES, TermGraph
from imnm_kg.lexicon.matcher import Matcher
from imnm_kg.lexicon.naming import LONGEST, Naming, name_term
from imnm_kg.lexicon.rdfxml import read_rdf_xml
from imnm_kg.lexicon.synonyms import ABBREVIATION, NAME, NO_NAME, synonym_type
from imnm_kg.lexicon.vocabularies import Vocabularies, read_vocabularies
from imnm_kg.model.folders import Folders
from imnm_kg.reading import streams
from imnm_kg.reading.streams import Stream
from tests.operations.support import FIXTURES, ROOT

FOREIGN = FIXTURES / "foreign"
OBO = "http://purl.obolibrary.org/obo/"
KNOWN = read_vocabularies(Folders(ROOT))
Read = Callable[..., ForeignLexicon]


def read(name: str, kind: str = "") -> ForeignLexicon:
    return read_foreign(FOREIGN / name, name, kind=kind, known=KNOWN)


@pytest.fixture
def read_text(tmp_path: Path) -> Read:
    """Reads a text, or bytes, as a file of that name."""

    def call(name: str, text: str | bytes, kind: str = "") -> ForeignLexicon:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_foreign(path, name, kind=kind, known=KNOWN)

    return call


def error_of(read_text: Read, name: str, text: str | bytes, kind: str = "") -> ImnmError:
    with pytest.raises(ImnmError) as caught:
        read_text(name, text, kind)
    return caught.value


def labels(lexicon: ForeignLexicon) -> list[str]:
    return [entry.label for entry in lexicon.entries]


# OBO


def test_obo() -> None:
    lexicon = read("small.obo")
    assert lexicon.entries == (
        Entry(f"{OBO}MONDO_0000001", "Disease", "disease", generic=True),
        Entry(
            f"{OBO}MONDO_9000001", "Disease", "grey muscle syndrome",
            ('grey "marble" myopathy', "muscle greyness", "grey muscle"),
            ("GMS", "gMS-2", "AIM", "QZ"), frozenset(("AIM", "QZ")),
        ),
        Entry(
            f"{OBO}MONDO_9000002", "Disease", "late grey muscle syndrome (disease)",
            ("late grey muscle syndrome", "senile grey muscle", "grey muscle of old age"),
        ),
        Entry("https://example.org/lab/t1", "Disease", "marble {white} disease"),
    )  # fmt: skip
    assert lexicon.left_out == (("obsolete", 1), ("no name", 1), ("no kind", 1))
    assert (lexicon.faults, lexicon.broken) == ((), 0)
    assert lexicon.imports == ("https://example.org/elsewhere.owl",)


def test_broken_obo() -> None:
    lexicon = read("broken.obo")
    assert [(entry.label, entry.names) for entry in lexicon.entries] == [
        ("blue nose", ("azure nose",)), ("green ear", ()),
    ]  # fmt: skip
    assert [(fault.line, fault.what.split(" ")[:3]) for fault in lexicon.faults] == [
        (6, ["the", "synonym", "has"]),
        (7, ["the", "line", "has"]),
        (10, ["the", "term", "has"]),
        (13, ["the", "id", "'nothing'"]),
        (17, ["the", "id", "'NOWHERE:abc'"]),
        (21, ["a", "term", "'HP:9000001'"]),
    ]
    assert lexicon.broken == 6


def test_an_obo_line_that_is_no_utf8(read_text: Read) -> None:
    text = '[Term]\nid: MONDO:1\nname: one thing\nsynonym: "caf\xe9" EXACT []\nsynonym: "1st thing" EXACT []\n'
    lexicon = read_text("a.obo", text.encode("latin-1"))
    assert [(entry.label, entry.names) for entry in lexicon.entries] == [("one thing", ("1st thing",))]
    assert lexicon.faults == (Fault(4, "the byte 0xE9 is not valid UTF-8"),)


def test_ids_of_obo(read_text: Read) -> None:
    """A file's idspace, then the list of prefixes in any case, then the rule of the format."""
    text = "idspace: MONDO http://example.org/m/\n" + "".join(
        f"[Term]\nid: {id_}\nname: thing {number}\n"
        for number, id_ in enumerate(
            ("MONDO:1", "HGNC:2", "Orphanet:3", "ABC:4", "http://example.org/5", "AB:c", "_:6")
        )
    )
    lexicon = read_text("a.obo", text, "Factor")
    assert sorted(entry.iri for entry in lexicon.entries) == [
        "http://example.org/5",
        "http://example.org/m/1",
        f"{OBO}ABC_4",
        "http://www.orpha.net/ORDO/Orphanet_3",
        "https://bioregistry.io/hgnc:2",
    ]
    assert [fault.line for fault in lexicon.faults] == [17, 20]


# Kinds


def test_the_kinds_of_vocabularies() -> None:
    lexicon = read("vocabularies.obo")
    assert {entry.label: entry.kind for entry in lexicon.entries} == {
        "Phenotypic abnormality": "Phenotype",
        "blue nose": "Phenotype",  # two of its parents are in a circle
        "blue face": "Phenotype",
        "inventoprofen": "Drug",
        "biological_process": "BiologicalProcess",
        "marble deposition": "BiologicalProcess",
        "blue nose AE": "AdverseEffect",
        "marblin (human)": "Protein",
        "marble removal": "Procedure",
        "marble disease": "Disease",
        "rare marble disease": "Disease",
        "marblex 5 MG tablet": "Drug",
    }
    assert {entry.label: entry.names for entry in lexicon.entries if entry.names} == {
        "blue nose AE": ("blue nose",), "marblin (human)": ("marblin",),
    }  # fmt: skip
    # What has a root in the file, and is not below it, is of no kind: "All", an inheritance, an activity.
    assert lexicon.left_out == (("no kind", 3),)
    assert [entry.label for entry in lexicon.entries if entry.generic] == [
        "biological_process",
        "Phenotypic abnormality",
    ]


def test_a_kind_that_is_given_is_that_of_all() -> None:
    assert {entry.kind for entry in read("vocabularies.obo", "Factor").entries} == {"Factor"}


@pytest.mark.parametrize(
    "text",
    [
        "! kind: Factor\n[Term]\nid: ABC:1\nname: a thing\n",
        "# Kind Factor\nid\tname\nhttp://example.org/1\ta thing\n",
        "# a comment\n# kind: factor\n@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<http://e/1> s:prefLabel "a thing".',
        '<?xml version="1.0"?><!-- a --><!-- kind: Factor -->'
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://www.w3.org/2004/02/skos/core#">'
        '<s:Concept r:about="http://e/1" s:prefLabel="a thing"/></r:RDF>',
    ],
)
def test_a_comment_that_tells_the_kind(read_text: Read, text: str) -> None:
    assert [(entry.label, entry.kind) for entry in read_text("a.lexicon", text).entries] == [("a thing", "Factor")]


def test_what_tells_no_kind(read_text: Read) -> None:
    error = error_of(read_text, "a.obo", "[Term]\nid: ABC:1\nname: a thing\n")
    assert str(error).startswith(
        "a.obo: nothing says what kind of things these terms are; give it as FILE:Kind, or in a comment '# kind: Kind'"
        " at the top; the kinds are AdverseEffect, "
    )
    error = error_of(read_text, "a.obo", "! kind: Thing\n[Term]\n")
    assert (error.code, error.what) == ("lexicon-kind", "'Thing' is no kind of entries")


def test_a_lexicon_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.obo").touch()
    Path("b:Other").touch()
    assert lexicon_argument("a.obo") == (Path("a.obo"), "")
    assert lexicon_argument("a.obo:Disease") == (Path("a.obo"), "Disease")
    assert lexicon_argument("x/a.obo:drugclass") == (Path("x/a.obo"), "DrugClass")
    assert lexicon_argument("b:Other") == (Path("b:Other"), "")
    assert lexicon_argument("c:\\d.obo") == (Path("c:\\d.obo"), "")
    assert lexicon_argument(":Disease") == (Path(":Disease"), "")
    with pytest.raises(ImnmError) as caught:
        lexicon_argument("a.obo:Diseases")
    assert (caught.value.code, caught.value.place) == ("lexicon-kind", Place("a.obo"))


# OWL


def test_owl() -> None:
    lexicon = read("small.owl")
    assert lexicon.entries == (
        Entry("http://example.org/onto#part", "Disease", "grey muscle of the base"),
        Entry(f"{OBO}CHEBI_9000001", "Drug", "inventoprofen"),
        Entry(f"{OBO}MONDO_0000001", "Disease", "disease", generic=True),
        Entry(
            f"{OBO}MONDO_9000001", "Disease", "grey muscle syndrome", ("muscle greyness", "grey muscle"),
            ("gMS-2", "GMS"),
        ),
        Entry(f"{OBO}MONDO_9000005", "Disease", "nested grey muscle"),
    )  # fmt: skip
    assert lexicon.left_out == (("obsolete", 1), ("no name in English", 1))
    assert (lexicon.faults, lexicon.imports) == ((), ("http://example.org/elsewhere.owl",))


class Noted(TermGraph):
    """Only notes the triples that it is given."""

    def __init__(self, collector: Collector) -> None:
        super().__init__(collector)
        self.noted: set[tuple[str, str, str, str | None]] = set()

    def take(self, subject: str, predicate: str, value: str, language: str | None) -> None:
        if not subject.startswith("_:") and not value.startswith("_:"):
            self.noted.add((subject, predicate, value, language))


OTHER_WAYS = """
<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="http://www.w3.org/2002/07/owl#"
  xmlns:s="http://www.w3.org/2004/02/skos/core#" xml:base="http://e/b/c">
<s:Concept r:about="../d" xml:lang="en"><s:altLabel xml:lang="">x &amp; <![CDATA[<y>]]></s:altLabel>
  <s:broader r:parseType="Resource"><s:altLabel>z</s:altLabel></s:broader>
  <s:broader xml:base="http://f/"><s:Concept r:about="g"><s:altLabel>h</s:altLabel></s:Concept></s:broader>
  <s:broader r:nodeID="n"/><s:notation r:datatype="http://t/">12</s:notation></s:Concept>
<r:Description r:nodeID="n"><s:altLabel>i</s:altLabel></r:Description>
<o:Class r:ID="j" r:type="http://k/"><!-- l --><?m n?><s:hiddenLabel>o<!-- p -->q</s:hiddenLabel></o:Class></r:RDF>
"""


@pytest.mark.parametrize("text", [(FOREIGN / "small.owl").read_text("utf-8"), OTHER_WAYS.strip()])
def test_rdf_xml_is_read_as_another_parser_does(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import rdflib

    path = tmp_path / "a.owl"
    path.write_text(text, encoding="utf-8")
    noted = Noted(Collector(KNOWN))
    monkeypatch.setattr("imnm_kg.lexicon.rdfxml.TermGraph", lambda _: noted)
    with Stream(path) as stream:
        read_rdf_xml(stream, Collector(KNOWN))
    expected: set[tuple[str, str, str, str | None]] = set()
    for subject, predicate, value in rdflib.Graph().parse(path, format="xml"):
        if str(predicate) in PREDICATES and isinstance(subject, rdflib.URIRef):
            if isinstance(value, rdflib.Literal):
                expected.add((str(subject), str(predicate), str(value), value.language or ""))
            elif isinstance(value, rdflib.URIRef):
                expected.add((str(subject), str(predicate), str(value), None))
    assert noted.noted == expected
    assert len(expected) > 7


RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"'
    ' xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">\n'
)
CLASS = f'<owl:Class rdf:about="{OBO}MONDO_1"><rdfs:label>one disease</rdfs:label></owl:Class>\n'
BOMB = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        f"{BOMB}{RDF}{CLASS}</rdf:RDF>",
        f'<?xml version="1.0"?><!--{"x" * 300_000}-->{BOMB}{RDF}{CLASS}</rdf:RDF>',
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{RDF}{CLASS}</rdf:RDF>',
        f'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/">]>{RDF}{CLASS}</rdf:RDF>',
        (f'<?xml version="1.0" encoding="UTF-16"?>{BOMB}{RDF}{CLASS}</rdf:RDF>').encode("utf-16"),
    ],
)
def test_entities_are_refused(read_text: Read, text: str | bytes) -> None:
    error = error_of(read_text, "a.owl", text)
    assert error.code == "lexicon-entities"
    assert "declares entities" in error.what


def test_an_external_dtd_is_not_fetched(read_text: Read) -> None:
    head = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
    broken = '<owl:Class rdf:about="http://e/2"><rdfs:label>&there; disease</rdfs:label></owl:Class>'
    lexicon = read_text("a.owl", f"{head}{RDF}{CLASS}{broken}</rdf:RDF>")
    assert labels(lexicon) == ["one disease"]
    assert lexicon.faults == (Fault(3, "the entity &there; is not declared in the file"),)


@pytest.mark.parametrize(
    ("rest", "what"),
    [
        ("", "the XML is not well-formed: no element found"),
        ("<owl:Class", "the XML is not well-formed: unclosed token"),
        ("</owl:Class>", "the XML is not well-formed: mismatched tag"),
        (f"{BOMB}</rdf:RDF>", "the XML is not well-formed: not well-formed (invalid token)"),
        ("\x01</rdf:RDF>", "the XML is not well-formed: not well-formed (invalid token)"),
        ("<owl:Class><rdfs:subClassOf>" * 1000, "elements stand in each other more than 500 deep"),
    ],
)
def test_xml_that_breaks_keeps_what_came_before(read_text: Read, rest: str, what: str) -> None:
    lexicon = read_text("a.owl", f"{RDF}{CLASS}{rest}")
    assert (labels(lexicon), lexicon.faults) == (["one disease"], (Fault(3, what),))


def test_an_iri_without_a_base(read_text: Read) -> None:
    text = f'{RDF}<owl:Class rdf:ID="a"><rdfs:label>no disease</rdfs:label></owl:Class>\n{CLASS}</rdf:RDF>'
    lexicon = read_text("a.owl", text)
    assert (labels(lexicon), lexicon.faults) == (["one disease"], (Fault(2, "'#a' is no whole IRI"),))


@pytest.mark.parametrize("encoding", ["klingon", "Shift_JIS", "utf-7"])
def test_xml_in_an_encoding_that_is_not_read(read_text: Read, encoding: str) -> None:
    error = error_of(read_text, "a.owl", f'<?xml version="1.0" encoding="{encoding}"?>{RDF}{CLASS}</rdf:RDF>')
    assert error.code == "lexicon-empty"
    assert "encoding" in error.what


def test_a_base_that_is_none(read_text: Read) -> None:
    text = (
        f'{RDF}<owl:Class xml:base="http://[x" rdf:about="a"><rdfs:label>no disease</rdfs:label></owl:Class>\n{CLASS}'
    )
    lexicon = read_text("a.owl", f"{text}</rdf:RDF>")
    assert (labels(lexicon), lexicon.faults) == (["one disease"], (Fault(2, "'a' is no whole IRI"),))


def test_an_element_that_does_not_end(read_text: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imnm_kg.lexicon.rdfxml.MAX_RECORD", 1_000_000)
    lexicon = read_text("a.owl", f'{RDF}{CLASS}<a b="{"x" * 3_000_000}"/></rdf:RDF>')
    assert labels(lexicon) == ["one disease"]
    assert lexicon.broken == 1


# Turtle and N-Triples


def test_skos() -> None:
    lexicon = read("small.ttl")
    space = "https://example.org/thesaurus/"
    assert lexicon.entries == (
        Entry(
            f"{space}1", "Procedure", "marble removal", ("removal of marble", "marbel removal"), ("MAREX", "MRX"),
            frozenset({"MAREX"}),
        ),
        Entry(f"{space}2", "Procedure", "partial marble removal", ("half marble removal",)),
        Entry(f"{space}4", "Procedure", "marble polishing"),
    )  # fmt: skip
    assert lexicon.left_out == (("no name in English", 1),)


def test_broken_turtle() -> None:
    lexicon = read("broken.ttl")
    assert labels(lexicon) == ["first disease", "third disease", "fifth disease", "sixth disease"]
    assert [fault.line for fault in lexicon.faults] == [4, 7, 12, 14]


def test_broken_n_triples(read_text: Read) -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    lines = [f'<{OBO}MONDO_{number}> {label} "disease {number}" .' for number in range(1, 2001)]
    lines[4] = lines[4].replace('" .', " .")
    lines[900] = "nonsense"
    lines[901] = lines[901].replace("disease 902", "disease \udcff902")
    lexicon = read_text("a.nt", "\n".join(lines).encode("utf-8", "surrogateescape"))
    assert len(lexicon.entries) == 1997
    assert [fault.line for fault in lexicon.faults] == [5, 901, 902]
    assert lexicon.faults[2].what == "the byte 0xFF is not valid UTF-8"


def test_what_is_no_turtle(read_text: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triples, "_MOST_FAULTS", 50)
    error = error_of(read_text, "a.ttl", "This is a text.\n" * 1000)
    assert (error.code, error.place) == ("lexicon-format", Place("a.ttl"))
    assert error.what.startswith("50 statements are broken, the first in line 1: ")


@pytest.mark.parametrize("text", ["[" * 100_000, "(" * 100_000, "<<(" * 100_000])
def test_turtle_that_is_deep(read_text: Read, text: str) -> None:
    assert error_of(read_text, "a.ttl", f"<http://e/a> <http://e/b> {text}").code == "lexicon-empty"


def test_statements_in_any_order(read_text: Read) -> None:
    """What is said of a term later is not lost: that it is one, its names, that it is obsolete."""
    skos, owl = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2002/07/owl#"
    lines = [
        f'<{OBO}MONDO_1> <{skos}prefLabel> "first disease" .',
        f'<{OBO}MONDO_2> <{skos}prefLabel> "second disease" .',
        f"<{OBO}MONDO_1> a <{skos}Concept> .",
        f"<{OBO}MONDO_2> a <{skos}Concept> .",
        f'<{OBO}MONDO_1> <{skos}altLabel> "1st disease" .',
        f'<{OBO}MONDO_3> <{skos}prefLabel> "third disease" ; a <{owl}Class> .',
        f"<{OBO}MONDO_2> <{owl}deprecated> true .",
        f"<{OBO}MONDO_3> <{owl}deprecated> true .",
    ]
    lexicon = read_text("a.ttl", "\n".join(lines))
    assert lexicon.entries == (Entry(f"{OBO}MONDO_1", "Disease", "first disease", ("1st disease",)),)
    assert lexicon.left_out == (("obsolete", 2),)


# Tables


def test_our_own_columns() -> None:
    entity = "https://w3id.org/imnm-kg/entity/"
    assert read("own.tsv").entries == (
        Entry(f"{entity}anti-marblin", "Antibody", "anti-marblin antibody", ("marblin", "MRB")),
        Entry(
            f"{entity}grey-muscle", "Disease", "grey muscle syndrome", ("muscle greyness",), ("GMS", "AIM"),
            frozenset({"AIM"}), generic=True,
        ),
        Entry(
            f"{entity}late-grey-muscle", "Disease", "late grey muscle syndrome", population=True,
            base=f"{entity}grey-muscle",
        ),
    )  # fmt: skip


def test_symbols() -> None:
    """A symbol counts as it is written; it is its owner's where others have it too; a word is ambiguous."""
    lexicon = read("symbols.tsv")
    hgnc = "https://bioregistry.io/hgnc:"
    assert lexicon.entries == (
        Entry(f"{hgnc}1", "Protein", "catalytic marblin", ("marblin",), ("CAT",), frozenset({"CAT"})),
        Entry(f"{hgnc}3", "Protein", "MRBL", (), ("MRBL",)),
        Entry(f"{hgnc}4", "Protein", "marble kinase", (), ("MRBK", "MRBQ"), frozenset({"MRBQ"})),
        Entry(f"{hgnc}5", "Protein", "marble exchanger", (), ("MRBX", "MRBQ"), frozenset({"MRBQ"})),
        Entry("https://example.org/7", "Protein", "marblase"),
        Entry("https://example.org/lab/6", "Protein", "marble ligase", ("marble joiner",), ("MRB-L",)),
    )
    assert lexicon.left_out == (("no name to look for", 1),)


def test_a_table_without_a_header(read_text: Read) -> None:
    lexicon = read_text("a.tsv", "MONDO:1\tone disease\t1st disease|OD1\r\nMONDO:2\ttwo diseases\r\n")
    assert [(entry.label, entry.names, entry.abbreviations) for entry in lexicon.entries] == [
        ("one disease", ("1st disease",), ("OD1",)), ("two diseases", (), ()),
    ]  # fmt: skip


def test_a_row_for_each_synonym(read_text: Read) -> None:
    lexicon = read_text("a.tsv", "MONDO:1\tone disease\nMONDO:2\ttwo diseases\nMONDO:1\t1st disease\n")
    assert [(entry.label, entry.names) for entry in lexicon.entries] == [
        ("one disease", ("1st disease",)), ("two diseases", ()),
    ]  # fmt: skip


def test_a_table_with_kinds_and_bare_ids(read_text: Read) -> None:
    rows = ["# base: https://example.org/t/", "name\tkind\tcode", "onix\tdrug\tA1", "duox\t\tA2", "trix\tDisease\tA3"]
    lexicon = read_text("a.tsv", "\n".join(rows), "Factor")
    assert [(entry.iri, entry.kind) for entry in lexicon.entries] == [
        ("https://example.org/t/A1", "Drug"),
        ("https://example.org/t/A2", "Factor"),
        ("https://example.org/t/A3", "Disease"),
    ]  # fmt: skip


def test_a_broken_table(read_text: Read) -> None:
    rows = [
        "id\tname\tsynonyms\tkind\tflags",
        "MONDO:1\tone disease",
        "MONDO:2\ttwo\t\t\t\tmore",
        "MONDO:3\t",
        "\tthree",
        "NONE:4\tfour",
        "five\tfive",
        "MONDO:6\tsix\t\tThing",
        "MONDO:7\tseven\t\t\tlarge",
        "MONDO:8\tcaf\xe9",
        "",
        "# a comment",
        "MONDO:9\tnine diseases",
    ]
    lexicon = read_text("a.tsv", "\n".join(rows).encode("latin-1"))
    assert labels(lexicon) == ["one disease", "nine diseases"]
    assert [(fault.line, fault.what[:40]) for fault in lexicon.faults] == [
        (3, "the line has 6 columns, 5 are meant"),
        (4, "id and name may not be empty"),
        (5, "id and name may not be empty"),
        (6, "the id 'NONE:4' is no IRI, and its prefi"),
        (7, "the id 'five' is no IRI, and its prefix "),
        (8, "'Thing' is no kind; the kinds are Advers"),
        (9, "'large' is no flag; the flags are generi"),
        (10, "the byte 0xE9 is not valid UTF-8"),
    ]


@pytest.mark.parametrize("text", ["one\ttwo\tthree\tfour\n", "one\n", "one\tThing\tthree\tfour\tfive\tsix\tseven\n"])
def test_a_table_that_does_not_say_what_is_in_it(read_text: Read, text: str) -> None:
    error = error_of(read_text, "a.tsv", text)
    assert error.code == "lexicon-format"
    assert "the table has no header, and " in error.what


# Files


@pytest.mark.parametrize("name", sorted(path.name for path in FOREIGN.iterdir()))
def test_packed_and_without_an_extension_that_tells(name: str, read_text: Read) -> None:
    plain = read(name)
    packed = gzip.compress((FOREIGN / name).read_bytes())
    assert read_text(f"{name}.gz", packed) == plain
    assert read_text("download", packed) == plain


@pytest.mark.parametrize("extension", ["obo", "ttl", "nt", "tsv", "owl"])
def test_packed_data_that_break_off(read_text: Read, extension: str) -> None:
    make = {
        "obo": lambda n: f"[Term]\nid: MONDO:{n}\nname: disease of {n * n}\n",
        "ttl": lambda n: (
            f'<{OBO}MONDO_{n}> <http://www.w3.org/2004/02/skos/core#prefLabel>\n  "disease of {n * n}" .\n'
        ),
        "nt": lambda n: f'<{OBO}MONDO_{n}> <http://www.w3.org/2004/02/skos/core#prefLabel> "disease of {n * n}" .\n',
        "tsv": lambda n: f"MONDO:{n}\tdisease of {n * n}\n",
        "owl": lambda n: CLASS.replace("MONDO_1", f"MONDO_{n}").replace("one disease", f"disease of {n * n}"),
    }[extension]
    text = (RDF if extension == "owl" else "") + "".join(map(make, range(3000)))
    lexicon = read_text(f"a.{extension}.gz", gzip.compress(text.encode())[:-500])
    assert 2000 < len(lexicon.entries) < 3000
    squares = {entry.iri: entry.label for entry in lexicon.entries}
    assert all(squares[f"{OBO}MONDO_{n}"] == f"disease of {n * n}" for n in range(2000))
    assert lexicon.faults == (Fault(None, "the gzip data end before their end"),)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.obo", b"", "record-empty"),
        ("a.obo", "format-version: 1.4\n", "lexicon-empty"),
        ("a.tsv", "id\tname\n", "lexicon-empty"),
        ("a.ttl", "@prefix a: <http://e/> .\n", "lexicon-empty"),
        ("a.owl", f"{RDF}</rdf:RDF>", "lexicon-empty"),
        ("a.tsv", b"%PDF-1.7\n", "record-binary"),
        ("a.obo", "\ufefffo".encode("utf-16"), "record-encoding"),
        ("a", "some words\n", "lexicon-format"),
        ("a.json", '{"graphs": []}', "lexicon-format"),
        ("a.owl", "Prefix(:=<http://e/>)\nOntology(<http://e/>)", "lexicon-format"),
        ("a.omn", "Prefix: : <http://e/>\nOntology: <http://e/>", "lexicon-format"),
        ("a.owl", '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "lexicon-format"),
        ("a.owl", "<!DOCTYPE html>\n<html><p>Sign in</p></html>", "lexicon-format"),
    ],
)
def test_a_file_that_is_no_lexicon(read_text: Read, name: str, text: str | bytes, code: str) -> None:
    assert error_of(read_text, name, text).code == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "a.obo", "file-missing"), (tmp_path, "file-is-directory")):
        with pytest.raises(ImnmError) as caught:
            read_foreign(path, known=KNOWN)
        assert caught.value.code == code


def test_nothing_usable_tells_why(read_text: Read) -> None:
    error = error_of(read_text, "a.tsv", "id\tname\nMONDO:1\t7\nnothing\tx\n")
    assert str(error) == (
        "a.tsv: there is no term to look for: 1 left out (no name to look for); 1 broken, the first: line 3: the id"
        " 'nothing' is no IRI, and its prefix is not known; give a file with terms that have names [lexicon-empty]"
    )


def test_turtle_under_the_extension_of_owl(read_text: Read) -> None:
    text = f"<{OBO}MONDO_1> a <http://www.w3.org/2002/07/owl#Class> ."
    text += f'<{OBO}MONDO_1> <http://www.w3.org/2004/02/skos/core#prefLabel> "one disease" .'
    assert labels(read_text("a.owl", text)) == ["one disease"]


def test_a_mark_of_the_byte_order(read_text: Read) -> None:
    text = "\ufeffid\tname\nMONDO:1\tone disease\n"
    assert labels(read_text("a.tsv", text)) == ["one disease"]


def test_many_faults_are_counted_and_few_are_kept(read_text: Read) -> None:
    lexicon = read_text("a.tsv", "id\tname\nMONDO:1\tone disease\n" + "x\ty\n" * 5000)
    assert (lexicon.broken, len(lexicon.faults)) == (5000, FAULTS)


def test_a_line_that_is_too_long(read_text: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_RECORD", 300_000)
    long = "x" * 600_000
    for name, text in (
        ("a.obo", f"[Term]\nid: MONDO:1\nname: one disease\ncomment: {long}\n"),
        ("a.tsv", f"MONDO:1\tone disease\n# {long}\n#\n"),
        ("a.ttl", f'<{OBO}MONDO_1> <http://www.w3.org/2004/02/skos/core#prefLabel> "one disease" .\n#\n#\n# {long}\n'),
    ):
        lexicon = read_text(name, text)
        assert (labels(lexicon), lexicon.faults) == (["one disease"], (Fault(4 if name != "a.tsv" else 2, TOO_LONG),))


TOO_LONG = "the line is too long to be read"


# Names


@pytest.mark.parametrize(
    ("label", "synonyms", "naming"),
    [
        (
            "one  thing",
            ["1", "12-34", "xy", "one  thing", "x" * (LONGEST + 1)],
            Naming("one  thing", (), (), frozenset()),
        ),
        ("ABC", ["AB", "A", "WAS", "ABCDEFG"], Naming("ABCDEFG", (), ("ABC", "AB", "WAS"), frozenset({"AB", "WAS"}))),
        ("ABC", ["Ab"], Naming("ABC", (), ("ABC",), frozenset())),
        ("All", [], Naming("", (), (), frozenset())),
        ("was", ["the was syndrome"], Naming("the was syndrome", (), (), frozenset())),
        (
            "marble disease",
            ["IL-6", "TNF/a", "H1N1", "12"],
            Naming("marble disease", ("TNF/a",), ("IL-6", "H1N1"), frozenset()),
        ),
    ],
)
def test_naming(label: str, synonyms: list[str], naming: Naming) -> None:
    assert name_term("Drug", label, synonyms, (), KNOWN.everyday, loud=False) == naming


def test_a_vocabulary_in_capitals(read_text: Read) -> None:
    text = "# kind: Drug\n" + "".join(
        f"https://example.org/{number}\t{name}\n"
        for number, name in enumerate(("ZINC", "INVENTOPROFEN", "MARBLE SULPHATE"))
    )
    lexicon = read_text("a.tsv", text)
    assert [entry.abbreviations for entry in lexicon.entries] == [(), (), ()]
    assert "INVENTOPROFEN" in labels(lexicon)


def test_the_matcher_finds_them() -> None:
    matcher = Matcher((*read("small.obo").entries, *read("symbols.tsv").entries))
    text = "Grey muscle syndrome (GMS) and the gms of a cat: MRBK, marble kinase and CAT."
    assert [(text[found.start : found.end], found.entry.label, found.tentative) for found in matcher.find(text)] == [
        ("Grey muscle syndrome", "grey muscle syndrome", False),
        ("GMS", "grey muscle syndrome", False),
        ("MRBK", "marble kinase", False),
        ("marble kinase", "marble kinase", False),
        ("CAT", "catalytic marblin", True),
    ]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("", NAME),
        ("ABBREVIATION", ABBREVIATION),
        ("OMO:0003012", ABBREVIATION),
        (f"{OBO}OMO_0003000", ABBREVIATION),
        (f"{OBO}mondo#DUBIOUS", NO_NAME),
        ("chebi:InChIKey", NO_NAME),
        ("hp:obsolete_synonym", NO_NAME),
        ("layperson", NAME),
    ],
)
def test_types_of_synonyms(text: str, type_: str) -> None:
    assert synonym_type(text) == type_


# What is known of vocabularies


def test_the_tables_of_vocabularies() -> None:
    assert {KNOWN.space_of(root) for root in KNOWN.roots} <= set(KNOWN.spaces)
    assert all(KNOWN.spaces[KNOWN.space_of(root)] for root in KNOWN.roots)
    assert KNOWN.space_of("https://bioregistry.io/hgnc:1") == "https://bioregistry.io/hgnc:"
    assert KNOWN.space_of("https://example.org/a_1") == ""
    assert all(word.isascii() and word.islower() and 1 < len(word) < 15 for word in KNOWN.everyday)
    lines = (ROOT / "ontology" / "lexicon" / "everyday-words.txt").read_text("utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert words == sorted(set(words))


@pytest.mark.parametrize("line", ["http://e/_\tThing\tx", "http://e/_\tDrug", "e\tDrug\tx"])
def test_a_broken_table_of_vocabularies(line: str, tmp_path: Path) -> None:
    folder = tmp_path / "ontology" / "lexicon"
    folder.mkdir(parents=True)
    (folder / "vocabularies.tsv").write_text(f"# a comment\niri\tkind\tabout\n{line}\n")
    with pytest.raises(ImnmError) as caught:
        read_vocabularies(Folders(tmp_path))
    assert caught.value.code == "lexicon-syntax"
    assert caught.value.place is not None
    assert caught.value.place.line == 3


# Whatever comes

LINES = st.lists(
    st.sampled_from(
        [
            "[Term]", "[Typedef]", "id: MONDO:1", "id: MONDO:2", "id: X:y", "name: a disease", "name: \\",
            "is_a: MONDO:2", "is_a: MONDO:1 ! x", 'synonym: "a b" EXACT []', 'synonym: "a', "is_obsolete: true",
            "idspace: X", "\x00", "!", "id\tname", "MONDO:1\tb disease", "x\ty\tz", "# kind: Drug", "# base: x",
            "@prefix m: <http://e/> .",
            'm:1 <http://www.w3.org/2004/02/skos/core#prefLabel> "c disease" .', 'm:2 "', "<?xml", "<a>", "</a>",
        ]
    )
)  # fmt: skip


@given(LINES, st.sampled_from(["a.obo", "a.tsv", "a.ttl", "a.nt", "a.owl", "a"]), st.binary(max_size=3))
def test_whatever_comes(lines: list[str], name: str, odd: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes("\n".join(lines).encode() + odd)
        lexicon = None
        with contextlib.suppress(ImnmError):
            lexicon = read_foreign(path, name, known=KNOWN)
    if lexicon is not None:
        assert lexicon.entries
        assert all(entry.label and entry.kind and entry.iri for entry in lexicon.entries)


def test_memory_stays_small(tmp_path: Path) -> None:
    """A term takes its names and less than half a kilobyte; what was read is not kept."""
    path = tmp_path / "a.obo"
    with path.open("w") as stream:
        for number in range(3_000):
            stream.write(f'[Term]\nid: MONDO:{number}\nname: disease number {number}\ndef: "{"x" * 200}" []\n')
            stream.write(f"is_a: MONDO:{number // 2}\n\n")
    tracemalloc.start()
    try:
        lexicon = read_foreign(path, known=KNOWN)
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(lexicon.entries) == 3_000
    assert now < 3_000 * 350
    assert peak < 3_000 * 800


def test_prefixes_of_others() -> None:
    known = Vocabularies({}, {}, {"x": "http://e/x/"}, frozenset())
    assert known.expand("X:1", {}) == "http://e/x/1"
    assert known.expand("X:1", {"X": "http://own/"}) == "http://own/1"
    assert known.expand("Y:1", {}) == ""
    assert known.expand("Y:1", {}, obo=True) == f"{OBO}Y_1"
    assert known.expand("Y:a", {}, obo=True) == ""
    assert known.expand("X:", {}) == known.expand("X:a b", {}) == known.expand("", {}) == ""
    assert known.expand("https://example.org/1", {}) == "https://example.org/1"
