# SPDX-License-Identifier: Apache-2.0
"""Lines that belong to a web page and not to its text: banners, menus, icons, calls to share, subscribe or donate."""

from __future__ import annotations

import re

__all__ = ["announces_links", "is_boilerplate", "is_menu_item", "plain_line"]

# Longer ones are prose, whatever they say.
_LONGEST = 400
_MENU_LONGEST = 60

# What Markdown puts around the words of a line.
_IMAGE = re.compile(r"!\[([^\][]{0,300})\]\([^()\s]{0,500}(?:\s[^()]{0,200})?\)")
_LINK = re.compile(r"\[([^\][]{0,300})\](?:\([^()\s]{0,500}(?:\s[^()]{0,200})?\)|\[[^\][]{0,100}\])")
_EMPHASIS = re.compile(r"\*{1,3}([^*\s][^*]{0,300})\*{1,3}|(?<!\w)_{1,3}([^_\s][^_]{0,300})_{1,3}(?!\w)")
_MARKS = re.compile(r"^[\s#>*+•·‣◦▪_|-]+|[\s#*_|]+$")

_DATE = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
    r"(?:\d{4}[\s./-]+)?(?:\d{1,2}(?:st|nd|rd|th)?[\s./-]+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|\d{1,4})[a-z]*"
    r"[\s.,/-]*(?:\d{1,2}(?:st|nd|rd|th)?[\s.,/-]+)?\d{2,4}[^.!?]{0,25}"
)
_FEW = r"[^.!?\n]"  # within a line that is no sentence

# What stands above a list of links.
_LINKS = (
    r"(?:you (?:may|might) (?:also )?(?:like|be interested in)|recommended for you|people also (?:read|ask)"
    r"|trending(?: now)?"
    rf"|(?:most|latest|top|recent|popular) (?:read|popular|viewed|news|posts?|articles?|stories|headlines"
    rf"|comments?))\b{_FEW}{{0,60}}",
    rf"(?:related|similar|recommended|further) (?:articles?|content|documents?|topics?|stories|posts?|pages?|links?"
    rf"|news|resources|products?|videos?)\b{_FEW}{{0,40}}",
    rf"more (?:from|like this|in this|on this)\b{_FEW}{{0,60}}",
    r"(?:table of )?contents|(?:in|on) this (?:article|page|section)\W{0,3}",
)
# Each is matched against a whole line, upper and lower case alike.
_LINES = (
    # calls to look elsewhere
    rf"(?:find|locate|search for)\b{_FEW}{{0,80}}\b(?:near (?:you|me)|in your (?:area|city|community|country"
    rf"|region|state)|by (?:zip|post)(?: ?code)?)",
    rf"(?=.{{0,200}}(?:\bmore\b|\?$))(?:are you |still )?(?:looking for|want|would you like|need|interested in"
    rf"|have)\b{_FEW}{{0,60}}"
    rf"\b(?:information|support|help|involved|assistance|resources|questions|learn more)\b{_FEW}{{0,60}}\??",
    rf"(?:get|getting|ways to get|how to get|be|become) (?:involved|connected|in touch|a (?:member|volunteer"
    rf"|sponsor))\b{_FEW}{{0,60}}[?!.]?",
    rf"(?:click|tap) (?:here|below|on)\b{_FEW}{{0,120}}[.!]?",
    rf"(?:read|learn|see|view|show|load|explore|discover|browse) (?:more|all|next|less)\b{_FEW}{{0,80}}",
    *_LINKS,
    # sharing, subscribing, giving
    rf"(?:share|tweet|e-?mail|pin|print|bookmark|save|cite|download)\s+(?:this|the|on|via|to|with|pdf"
    rf"|link|article|page|as)\b{_FEW}{{0,60}}[.!]?",
    r"share:?(?:[\s,|/·•]*(?:on|via|this|facebook|twitter|x|linkedin|e-?mail|whatsapp|reddit|print|copy link))*:?",
    rf"(?:follow|like|join|connect with|watch|find|contact|call|visit) us\b{_FEW}{{0,80}}[.!]?",
    r"(?:subscribe|sign up|register (?:now|here|today|for)|join (?:our|the|now)|get (?:our|the) (?:latest|free"
    r"|newsletter|weekly|monthly)"
    rf"|stay (?:informed|connected|in touch|up to date|updated|tuned))\b{_FEW}{{0,120}}[.!]?",
    rf"(?:donate|make a (?:donation|gift)|give (?:now|today|monthly|a gift)|ways to give|volunteer (?:now|today"
    rf"|with)|fundrais\w+)\b{_FEW}{{0,100}}[.!]?",
    rf"(?:support|fund) (?:us|our (?:work|mission|research))\b{_FEW}{{0,80}}[.!]?",
    # the page itself
    r"(?:an?|the|this)?\s*(?:icon|logo|banner|button|arrow|symbol)"
    rf"\s+(?:that|which|of|for|to|with|showing|depicting|representing|indicating|linking|marking)\b{_FEW}{{0,160}}",
    r"(?:photo(?:graph)?|image|picture|illustration|video)s?:? (?:credit|by|courtesy|source)\b.{0,160}",
    r"(?:this |the |our )?(?:page |article |content |site |web ?page |information )?(?:was |is )?(?:last |first "
    r"|date |originally )?"
    rf"(?:updated?|reviewed|modified|revised|published|posted|accessed|created|changed)(?: (?:on|at|in|date|online"
    rf"|ahead of print))*\s*[:–-]?\s*{_DATE}[.]?",
    r"(?:(?:last|date) (?:updated?|reviewed|modified|revised|published|posted))\s*[:–-]?",
    r"(?:medically |clinically |scientifically |fact.?|peer.?|expert.?)*(?:reviewed|written|edited|checked"
    r"|authored|posted|published|updated)"
    rf"(?: (?:and|&) (?:reviewed|edited|approved"
    rf"|updated))? by:?\s+(?-i:[^\W\d_a-z]){_FEW}{{0,120}}(?:(?<=\b\w)[.]{_FEW}{{0,60}}){{0,4}}",
    r"by:? (?-i:[^\W\d_a-z])\w*(?:[.,]? (?-i:[^\W\d_a-z])[\w.'’-]*){1,5}",
    rf"\d{{1,3}}\s*[- ]?min(?:ute)?s?\.?\s+read(?:ing time)?|reading time\b{_FEW}{{0,30}}",
    r"(?:skip|jump|back|go|return) to\b(?: (?:the|main|top|content|navigation|search|footer|home|page|results|menu"
    r"|next|previous|section|article))+[.]?",
    r"(?:advertisement|advertising|sponsored(?: content)?|promoted(?: content)?|ad|cookie (?:settings|policy"
    r"|preferences|notice)|close|menu|loading\W*)",
    rf"(?:leave|add|post|write) a (?:comment|reply|review)\b{_FEW}{{0,30}}|\(?\d*\)?\s*comments?\s*\(?\d*\)?",
    r"(?:page )?\d{1,4} (?:of|/) \d{1,4}|page \d{1,4}",
    r"(?:©|\(c\)|copyright)\W{0,4}(?:©|\(c\)|copyright\b|by\b|\d{4}).{0,300}",
    rf"(?:©|copyright\b){_FEW}{{0,120}}[.]?",
    # addresses
    r"(?:https?://|www\.)\S{1,300}|\S{1,80}@\S{1,80}\.\w{2,10}",
    rf"(?:phone|telephone|tel|fax|toll[- ]free|helpline"
    rf"|call(?: us)?)\b[.:]?\s*[\d+()][\d\s()+.-]{{5,30}}{_FEW}{{0,40}}",
    # what PubMed and PMC print below an abstract
    r"author information:?.{0,390}|\[?indexed for medline\]?|conflict of interest statement:?.{0,390}",
    r"(?:free )?(?:pmc|full text|full-text) (?:article|links?)|open in a new tab|view (?:on|in) pubmed.{0,40}",
)
_LINE = re.compile(r"(?:" + "|".join(f"(?:{line})" for line in _LINES) + r")", re.IGNORECASE | re.DOTALL)

_LINK_HEADING = re.compile("|".join(f"(?:{line})" for line in _LINKS), re.IGNORECASE)

# What may stand anywhere in a line, by a word that it must hold: so most lines are passed quickly.
_INSIDE = {
    "cookie": r"\b(?:this (?:web)?site|our (?:web)?site|websites?|accept|consent|manage|we use|policy|settings"
    r"|preferences|browser)\b",
    "newsletter": r"^.{0,120}$",
    "mailing list": r"^.{0,120}$",
    "email updates": r"^.{0,120}$",
    "rights reserved": r"^(?:this article is protected by copyright\.\s*)?[^.!?]{0,120}\ball rights reserved\W{0,5}$",
    "advice": r"\b(?:not|never)\b.{0,80}\b(?:intended|meant|substitute|replace|constitute|provide)\b.{0,100}"
    r"\b(?:medical|professional) (?:advice|care)\b",
    "icon": r"^[^.!?]{0,80}\bicon$",
    "logo": r"^[^.!?]{0,80}\blogo$",
}
_INSIDE_LINES = {word: re.compile(pattern, re.IGNORECASE) for word, pattern in _INSIDE.items()}

# Words that are headings of real sections elsewhere, so that one alone is none of a menu.
_MENU_LINE = re.compile(
    r"(?:home(?: ?page)?|menu|search|log ?(?:in|out)|sign (?:in|up|out)|register|my account|account|share|tweet"
    r"|print|e-?mail|save"
    r"|facebook|twitter|x|linkedin|instagram|youtube|whatsapp|reddit|pinterest|rss|next|prev(?:ious)?|back|top"
    r"|more|close|ok|yes|no"
    r"|about(?: us| the \w+)?|contact(?: us)?|careers?|jobs|news(?:room)?|events?|blog|media|press|shop|store|cart"
    r"|forum|podcasts?|videos?"
    r"|privacy(?: policy| notice)?|terms(?: (?:of|and|&) (?:use|service|conditions))?|legal|site ?map"
    r"|accessibility|disclaimer|feedback"
    r"|faqs?|help|support|donate|give|volunteer|membership|join|community|get involved|resources|research"
    r"|publications|education|services"
    r"|diseases?|conditions?|treatments?|clinical trials|health topics|a ?[-–] ?z(?: \w+)?|for (?:patients"
    r"|professionals|researchers|families|clinicians)"
    r"|patients|professionals|researchers|english|español|français|deutsch|language|subscribe|newsletter|follow us"
    r"|cookie settings)",
    re.IGNORECASE,
)
# Home | About | Contact; Home > Diseases > Myositis
_PARTED = re.compile(r"\s*(?:[|»›·•→]|\s[>/»–-]\s)\s*")


def plain_line(text: str) -> str:
    """Return the words of a line with single blanks, without what Markdown puts around them."""
    if "](" in text or "][" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(r"\1\2", text)
    return _MARKS.sub("", " ".join(text.split()))


def is_boilerplate(line: str) -> bool:
    """Tell whether a line, as ``plain_line`` gives it, is none of a text on any page."""
    if not line or len(line) > _LONGEST:
        return False
    if _LINE.fullmatch(line) is not None or _is_trail(line):
        return True
    small = line.lower()
    return any(word in small and pattern.search(line) is not None for word, pattern in _INSIDE_LINES.items())


def announces_links(line: str) -> bool:
    """Tell whether a line is the heading of a list of links: related articles, contents."""
    return len(line) <= _LONGEST and _LINK_HEADING.fullmatch(line) is not None


def is_menu_item(line: str) -> bool:
    """Tell whether a line would be a link of a menu if it stands among others."""
    return 0 < len(line) <= _MENU_LONGEST and _MENU_LINE.fullmatch(line) is not None


def _is_trail(line: str) -> bool:
    """Tell whether a line is a menu or a trail of links in one line."""
    if len(line) > 200 or line.endswith((".", "?", "!", ":", ";")):
        return False
    parts = [part for part in _PARTED.split(line) if part]
    if len(parts) < 3 or any(len(part) > 40 or len(part.split()) > 5 for part in parts):
        return False
    return any(is_menu_item(part) for part in parts)
