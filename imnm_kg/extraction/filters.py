# SPDX-License-Identifier: Apache-2.0
"""What keeps a match from becoming a claim: questions, tests, withdrawn treatments, indications, umbrellas."""

from __future__ import annotations

import re

from imnm_kg.extraction.document import Reading, ancestors, base_of, words_before
from imnm_kg.extraction.mentions import Mention
from imnm_kg.extraction.relations import OF_ACTION, OF_BENEFIT, OF_HARM, OF_THERAPY
from imnm_kg.extraction.rules import Rule
from imnm_kg.extraction.sections import Sentence
from imnm_kg.extraction.sheet import TREATMENTS
from imnm_kg.lexicon.entries import Entry
from imnm_kg.model.namespaces import ENTITY

__all__ = ["asks", "in_phrase", "is_test", "may_relate", "reason_for_study"]

_REASON = re.compile(
    r"^(?:As|Since|Because|Given that)\b.{10,300}\b(?:this|the present|our|we)\b.{0,30}\b(?:stud|trial|investigat)"
)
_TEST = re.compile(
    r"graphy|scopy|imaging|biops|\btests?\b|testing|tomograph|\bscan|screening|assay|ultraso|"
    r"examination|monitoring|assessment|measurement|"
    r"electromyogra|nerve conduction|\bpuncture|serology|histolog|immunohisto|capillarosc|sequencing|\bmri\b|"
    r"spirometry|questionnaire|cytometry",
    re.IGNORECASE,
)
# A sentence that asks is no answer.
_ASKS = re.compile(
    r"\b(?:to (?:assess|evaluate|investigate|determine|examine|clarify|explore|test|compare|identify|"
    r"study)|aim(?:s|ed)?|whether|sought)\b"
)
_ASKS_FIRST = re.compile(
    r"\s*(?:in order )?(?:to (?:assess|evaluate|investigate|determine|examine|clarify|explore|test|compare|"
    r"identify|study|establish|describe) [^.]{3,200}, (?:we|the authors|a|this|data|patients|all|[0-9])\b|whether\b)",
    re.IGNORECASE,
)
_ASKS_PLAINLY = re.compile(
    r"\b(?:further|more|additional|future|larger|prospective|controlled)(?: [a-z]+){0,2} (?:stud(?:y|ies)|research|"
    r"work|trials?|investigations?) (?:is|are|will be) (?:needed|required|warranted|necessary)\b|"
    r"\b(?:we|the authors) (?:hypothesi[sz]ed|asked|sought|aimed|tested|investigated|examined|"
    r"wondered)\b|\b(?:this|the|our) (?:present |current )?(?:study|review|trial|analysis|"
    r"work) (?:aims|aimed|was designed|sought|investigates|examines|explores|considers|discusses|evaluates|assesses|"
    r"will (?:consider|discuss|examine|review|evaluate|assess|explore)) |"
    r"\b(?:the )?(?:aim|objective|purpose|goal) (?:of|was|is)|it is (?:not clear|unclear|unknown)"
)
_GIVING_UP = re.compile(
    r"\b(?:discontinu\w+|withdraw\w*|cessation|stopping|taper\w*|removal|reduction|reducing|"
    r"switch\w* from|dependen\w+|resistan\w+|refractory) (?:of|to|from|on)?\s*(?:the\s+|oral\s+|"
    r"intravenous\s+)?(?:dose of\s+)?$"
)
_GIVEN_UP = re.compile(
    r"[\s-]*(?:induced|related toxicity|associated toxicity|(?:therapy |treatment |use )?(?:was|were|"
    r"had been|has been) (?:also )?(?:discontinued|stopped|withdrawn|tapered|ceased|replaced|"
    r"completely discontinued))"
)
_WITH_DISEASE = re.compile(
    r"\b(?:patients?|individuals?|adults?|children|subjects?|people|persons?|those|women|men|"
    r"participants?|cases?|recipients?) (?:with|of|who had|having|"
    r"suffering from)\s+(?:(?!developed|had|experienced|presented|suffered|showed|died)[a-z-]+\s+){0,3}$"
)
# A group named in passing is not what the treatment is for: "may be used, particularly in patients with diabetes".
_IN_PASSING = re.compile(
    r"\b(?:particularly|especially|notably|including|except)\s+(?:in|for|among)\s+(?:[a-z]+\s+){0,2}?"
    r"(?:patients|those|people|individuals|women|men|children|adults)\s+(?:with|who have|having)\s+(?:[a-z-]+\s+){0,2}$"
)
# Not the disease is against it, but what else people have: "in women with myositis during pregnancy".
_WHO_ALSO = re.compile(
    r"\s+(?:during|who (?:are|have|receive|take)|receiving|taking|treated with|with (?:active|severe))\b"
)
_FOUND_IN = re.compile(r"\s*(?:in|among|for|by)\s+(?:[a-z0-9%./+'-]+\s+){0,6}$")
_LOCATED = re.compile(r"\b(?:in|of|with|for|from|to|on|by)\s+(?:the\s+)?$")
_PREPOSITION = re.compile(r"(?:\b(?:with|in|into|of|for|from|among|to|on|against|between|by)\s+(?:the\s+)?|-)$")
# What acts is not what is named but its lack, its change, or a test of it: "C3 deficiency", "absence of dystrophin".
_ALTERED = re.compile(
    r"(?:\s*\([^()]{1,20}\))?[\s-]+(?:cell\s+)?(?:vaccin\w+|deficien\w+|deplet\w+|knock(?:out|down)s?|silencing|loss|dysfunction|inhibition|"
    r"blockade|degradation|replacement|monitoring|tests?|testing|assays?|cultures?|clearance|"
    r"(?:related|like) (?:receptors?|proteins?|genes?)|fc fragments?)\b"
)
_ALTERING = re.compile(
    r"\b(?:(?:absence|lack|loss|deficiency|depletion|deletion|knock(?:out|down)|silencing|inhibition|blockade|"
    r"degradation|replacement|defects?) (?:of|in)|deficient|absent|impaired|defective|insufficient|low|lower|"
    r"reduced|decreased)\s+(?:(?:the|its|their|functional|intact|serum|plasma|[a-z]+ protein)\s+)*$"
)
# A hormone that the body makes is no treatment.
_ENDOGENOUS = re.compile(r"\b(?:circulating|endogenous|expression of|overexpression of|secretion of|levels of)\s+$")
_SECRETED = re.compile(r"[\s-]+(?:secretion|resistance|sensitivity|receptors?|expression|deficiency)\b")
_EXAMPLES = re.compile(r"\s*,?\s*(?:such as|including|like|e\.? ?g\b|for example|namely)\b")
_COMPARED = re.compile(
    r"\b(?:(?:compared (?:to|with)|in comparison (?:to|with)|than|relative to|superior to|inferior to)\s+"
    r"(?:(?:the|a|those|treated|with|receiving|conventional|standard|placebo|alone|or|and|of|on|in)\s+)*"
    r"|(?:versus|vs)\.?\s+(?:[a-z0-9-]+\s+){0,4})$"
)
_BETTER = re.compile(
    r"\b(?:lower|lowered|reduced|decreased|fewer|improved|normal|without|"
    r"(?:reduction|decrease|improvement|recovery|resolution|remission) (?:in|of|from))\s+(?:[a-z-]+\s+){0,2}$"
)
# A verb that is joined to another one has the subject of that: in "X reduced pain and induced Y" pain does nothing.
_JOINED = re.compile(
    r"(?:\s+with\s+(?:[a-z]+\s+){0,3}[a-z]+)?\s*[,)]?\s*(?:and|but|or|prior to|before|after|without|while|thereby)"
    r"(?:\s+(?:also|not only|may|might|can|could|will|to|then|thus|thereby|subsequently|further|in turn|appeared|"
    r"seemed|it|they|[a-z]+ly))*\s*"
)
# What is brought about is the death of people, and not what they die of.
_DEATHS = re.compile(r"[\s-]*(?:related|associated|specific)?[\s-]*(?:deaths?|mortality)\b")
_PATIENT = re.compile(r"\s+(?:patients?|survivors?)\b")
_OF_ANOTHER = re.compile(r"[\s-]*(?:associated|related|like|induced)\b")
_ENDS = tuple(
    ENTITY + id_ for id_ in ("death", "favorable-prognosis", "poor-prognosis", "transplant-related-mortality")
)
_OUTCOMES = tuple(
    ENTITY + id_ for id_ in ("interstitial-lung-disease", "cancer", "neoplasm", "infection", "cardiovascular-disease")
)


def asks(reading: Reading, sentence: Sentence) -> bool:
    """Tell whether a sentence asks or says what was done to find out: it is no answer."""
    start, end, section = sentence
    if section == "aim" and _ASKS.search(reading.plain, start, end):
        return True
    plainly = _ASKS_FIRST.match(reading.record.text, start, end) or _ASKS_PLAINLY.search(reading.plain, start, end)
    return plainly is not None


def reason_for_study(sentence: str) -> bool:
    """Tell whether what a sentence says with a hedge is given as the reason for a study."""
    return _REASON.search(sentence) is not None


def may_relate(reading: Reading, rule: Rule, subject: Mention, object_: Mention, trigger: tuple[int, int]) -> bool:
    """Tell whether two mentions that a rule found can be the ends of its relation."""
    predicate = rule.predicate
    if subject.entry.iri == object_.entry.iri and not subject.modifiers:
        return False
    if predicate == "subtypeOf":
        return _is_form(reading, rule, subject, object_)
    if base_of(reading, subject.entry).iri == base_of(reading, object_.entry).iri:
        return False
    if _EXAMPLES.match(reading.plain, subject.end, max(subject.end, object_.start)):
        return False  # what follows is a kind of it: "neurodegenerative disorders such as X"
    if predicate in (*OF_ACTION, *OF_HARM, "riskFactorFor") and not _acts(
        reading, predicate, subject, object_, trigger
    ):
        return False
    if predicate in OF_THERAPY:
        return _is_meant(reading, rule, subject, object_) and not (
            _given_up(reading, subject, trigger) or _compared(reading, rule, subject)
        )
    if predicate in OF_HARM:
        return _is_harm(reading, rule, subject, object_)
    if predicate == "hasPhenotype":
        is_feature = object_.entry.iri not in _ENDS and subject.entry.kind in ("Disease", "AdverseEffect")
        other = subject.start > trigger[0] and _OF_ANOTHER.match(reading.plain, subject.end)
        told = _FOUND_IN.match(reading.plain, trigger[1], max(trigger[1], subject.start))  # the rule says it itself
        return is_feature and not other and (told is not None or not _located(reading, subject))
    if predicate in OF_ACTION:
        return rule.phrase or not in_phrase(reading, subject, trigger)
    if predicate == "hasAutoantibody" and object_.entry.label.endswith(("autoantibody", "autoantibodies")):
        return False
    return _fits_outcome(reading, rule, subject, object_)


def is_test(entry: Entry) -> bool:
    """Tell whether a procedure finds something out and treats nothing."""
    return entry.kind == "Procedure" and _TEST.search(entry.label) is not None


def _is_form(reading: Reading, rule: Rule, subject: Mention, object_: Mention) -> bool:
    """Tell whether a classification is worth a claim.

    It is not under an umbrella such as "autoimmune disease"; and where the words alone leave it open ("such as",
    "is a"), the lexicon must know it too.
    """
    if len(ancestors(reading, object_.entry)) < 2:
        return False
    above = ancestors(reading, subject.entry)
    if subject.entry.iri == object_.entry.iri or object_.entry.iri in above:
        return True
    return rule.tier == 1 and subject.entry.iri not in ancestors(reading, object_.entry)


def _fits_outcome(reading: Reading, rule: Rule, subject: Mention, object_: Mention) -> bool:
    """Tell an antibody of a disease from one that raises the risk of lung disease or cancer in it."""
    if rule.predicate not in ("riskFactorFor", "hasAutoantibody"):
        return True
    antibody, disease = (object_, subject) if rule.predicate == "hasAutoantibody" else (subject, object_)
    if antibody.entry.kind != "Antibody" or disease.entry.kind != "Disease":
        return rule.predicate == "riskFactorFor"
    outcome = bool({disease.entry.iri, *ancestors(reading, disease.entry)} & set(_OUTCOMES))
    return outcome == (rule.predicate == "riskFactorFor")


def _is_meant(reading: Reading, rule: Rule, subject: Mention, object_: Mention) -> bool:
    """Tell whether a disease is what the sentence speaks of, and not what people have besides."""
    if rule.predicate == "contraindicatedIn" and _WHO_ALSO.match(reading.plain, object_.end):
        return False
    if "vaccin" in subject.entry.label and object_.entry.iri in reading.knowledge.field:
        # It may be given to people who have the disease.
        return rule.polarity == "negated" or rule.predicate in ("contraindicatedIn", "investigatedFor")
    return _IN_PASSING.search(words_before(reading, object_)) is None


def _given_up(reading: Reading, mention: Mention, trigger: tuple[int, int]) -> bool:
    """Tell whether a treatment is named for being stopped, which the rule does not tell, or for what it caused."""
    if mention.start >= len(reading.plain):
        return False
    before = words_before(reading, mention)
    found = _GIVING_UP.search(before)
    told = found is not None and mention.start - len(before) + found.start() < trigger[1] <= mention.start
    return bool((found and not told) or _GIVEN_UP.match(reading.plain, mention.end))


def _acts(reading: Reading, predicate: str, subject: Mention, object_: Mention, trigger: tuple[int, int]) -> bool:
    """Tell whether what is named does what the verb says: not its lack, nor the subject of the verb before."""
    if _JOINED.fullmatch(reading.plain, subject.end, max(subject.end, trigger[0])):
        return False
    if predicate not in OF_HARM and _altered(reading, subject):
        return False
    if predicate in ("contributesTo", "riskFactorFor") and subject.entry.iri in _ENDS:
        return False
    if predicate in ("contributesTo", "riskFactorFor") and _DEATHS.match(reading.plain, object_.end):
        return False
    # "An autoimmune disease" says what a disease is, and not what brings it about.
    return predicate != "contributesTo" or (
        subject.entry.iri not in ancestors(reading, object_.entry)
        and object_.entry.iri not in ancestors(reading, subject.entry)
    )


def _is_harm(reading: Reading, rule: Rule, subject: Mention, object_: Mention) -> bool:
    """Tell a harm of a treatment from what a hormone of the body does, what got better, and why people are treated."""
    if _ENDOGENOUS.search(words_before(reading, subject)) or _SECRETED.match(reading.plain, subject.end):
        return False
    if _PATIENT.match(reading.plain, object_.end):
        return False
    if object_.entry.kind == "BiologicalProcess" or _BETTER.search(words_before(reading, object_)):
        return False
    return object_.entry.kind != "Disease" or rule.phrase or not _indicated(reading, object_)


def _compared(reading: Reading, rule: Rule, mention: Mention) -> bool:
    """Tell whether a treatment is what another was compared with and did better than."""
    told = rule.predicate in OF_BENEFIT and rule.predicate != "investigatedFor"
    return told and _COMPARED.search(words_before(reading, mention)) is not None


def _altered(reading: Reading, mention: Mention) -> bool:
    """Tell whether a sentence speaks of the lack or the change of what it names, or of a test."""
    if mention.start >= len(reading.plain):
        return False
    return bool(_ALTERED.match(reading.plain, mention.end) or _ALTERING.search(words_before(reading, mention)))


def _indicated(reading: Reading, mention: Mention) -> bool:
    """Tell whether a disease is why people are treated ("in patients with X"), and no harm of the treatment."""
    return _WITH_DISEASE.search(words_before(reading, mention)) is not None


def _located(reading: Reading, mention: Mention) -> bool:
    """Tell whether a disease only says where something else is found: "calcinosis in X is associated with"."""
    before = words_before(reading, mention)
    if not _LOCATED.search(before) or _WITH_DISEASE.search(before):
        return False
    opening = re.search(r"(?:^|[.;:]\s+)(?:in|among|unlike|of)\s+(?:[a-z-]+\s+){0,3}$", before)
    patients = re.search(
        r"\b(?:muscles?|biops\w+|sera|serum|blood|tissues?|samples?|signs?|symptoms?|features?|findings?|"
        r"manifestations?|hallmark\w*|histopathology|form|forms|complications?|model|models|cohort|"
        r"cohorts|diagnosis|onset|setting|pathognomonic|characteristic|typical) (?:of|in|from|with|for)\s+(?:the\s+)?$",
        before,
    )
    return opening is None and patients is None


def in_phrase(reading: Reading, mention: Mention, trigger: tuple[int, int]) -> bool:
    """Tell whether a name stands in a phrase ("in patients with X"), so that the verb behind it speaks of another.

    A treatment may ("treatment with X reduced"), and an antibody ("sera with antibodies").
    """
    if mention.entry.kind in (*TREATMENTS, "Antibody", "Factor") or mention.start > trigger[0]:
        return False
    return _PREPOSITION.search(reading.record.text, max(0, mention.start - 12), mention.start) is not None
