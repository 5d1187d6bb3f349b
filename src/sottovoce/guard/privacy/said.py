"""What stands before a word and says that a person is named: a relation, a greeting, a signature. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sottovoce.guard.privacy.listed import Lists

LENGTH = 48
NEAR = 26
"""Signs before a word that are looked at, and those of them that most is said by."""

_INTRODUCED = re.compile(
    r"\b(?:i am|i'm|it'?s|this is|my name(?:'s| is)|name(?:'s| is| was)|named|called|call me|"
    r"known as|signed(?: by)?|aka|née|nee|"
    r"ich heiße|ich bin|mein name ist|je m'appelle|me llamo|mi chiamo)\s*[*_\"'(]{0,3}\Z",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:\b(?:full |first |last |family |maiden |sur|given )?names? ?[:=]|\b(?:patient|client|"
    r"customer|tenant|employee|applicant|candidate|from|to|cc|bcc|attn|"
    r"attention|contact|recipient|sender|author|attendees|participants|present|owner|"
    r"social worker|case ?worker|mother|father|spouse|husband|wife|son|daughter|guardian|next of kin|"
    r"engineer|trainer|"
    r"coach|teacher|tutor|doctor|gp|nurse|consultant|claimant|requester|requestor|applicant|driver|"
    r"second driver|agent|"
    r"principal|witness|caller|buyer|seller|landlord|tenant|lessee|lessor|borrower|lender|insured|"
    r"policy ?holder|payer|"
    r"traveller|traveler|visitor|host|hostess|chair|chairperson|organi[sz]er|speaker|presenter|"
    r"interviewer|interviewee|"
    r"complainant|defendant|plaintiff|petitioner|respondent|counsel|solicitor|executor|trustee|referee|"
    r"emergency contact|contact person|account holder|prepared by|reported by|written by|approved by|"
    r"on call|op|"
    r"panel|guarantor|tutor|instructor|supervisor|line manager|vet|dentist|executors?|godparents?|bride|"
    r"groom|"
    r"players?|members?|staff|crew|team|kids|children|guests?|volunteers?|judges?|jury|absender|empfänger|"
    r"kunde|kundin|mieter|mieterin|vermieter|patientin|ansprechpartner(?:in)?|kontakt|"
    r"holder|signed|manager|passenger|guest|beneficiary|payee|cardholder|student|assignee|"
    r"reviewer|by|nom|vorname|nachname|nombre) ?[:=])\s*[*_\"'(]{0,3}\Z",
    re.IGNORECASE,
)
_MARK = re.compile("[:=]")
_GREETED = re.compile(
    r"(?:(?:\A|[\n.!?>\"“(:]\s*)(?:dear|hi|hello|hey|hiya|good (?:morning|afternoon|"
    r"evening)|thanks|thank you|many thanks|liebe[r]?|hallo|cher|chère|hola|querid[oa]|"
    r"estimad[oa])|\bdear),? \Z",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:regards|wishes|sincerely|faithfully|truly|cheers|thanks|thank you|best|love|yours|"
    r"a lot|xx+|xoxo|respectfully|cordially|grüße[n]?|gruß|cordialement|saludos|signature|hugs|"
    r"warmly|gratefully|ciao|lg|vg|mfg)"
    r"(?: in advance| again| so much| always| a lot)?(?:[,!.]?\s*\n\s*[-~*]*|[,!])\s*\Z|(?:\n|\A)\s*--[ ]?\Z",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:我叫|我是|叫|名叫|叫做|名字(?:是|叫|:)|姓名(?:是|:)?|同事|朋友|客户|老板|经理|"
    r"女儿|儿子|老公|老婆|丈夫|妻子|同学|老师|医生|室友|邻居|姐姐|妹妹|哥哥|弟弟|妈妈|爸爸|"
    r"表[姐妹哥弟]|堂[姐妹哥弟]|"
    r"男友|女友|男朋友|女朋友|联系人(?:是|:)?|收件人(?:是|:)?|患者|病人|房东|租客|领导|"
    r"主管|助理|秘书|导师|教授|律师|闺蜜|英文名(?:是|叫|:)?|先生|女士|"
    r"小姐)[ :\"“「]{0,2}\Z"
)
_CHINESE_WEAK = re.compile(
    r"(?:和|跟|与|给|找|问|让|请|约|对|由|被|把|见|等|陪|帮|告诉|通知|联系|认识|是|的|在|,|。|、|说)[ ]?\Z"
)
_RELATION = re.compile(
    r"(?:\b(?:with|by|from|to|for|of|between|both|my|his|her|our|their|your|the|a|an|mein|meine|meiner|"
    r"meinem|meinen|ihr|sein|"
    r"unser|unsere)\s(?:[\w'-]+\s){0,2}?|\band\s(?:my\s)?|\b(?:old|best|dear|late|new|"
    r"former|ex-)\s?|\A|[\n.,(;]\s?)([\w'-]+)(?:,| is| named| called|'s name is| -| –|:| "
    r"was)?\s[\"'(*]?\Z",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:ask|asked|asking|tell|told|telling|meet|met|meeting|call|called|calling|email|"
    r"emailed|e-mail|text|texted|message|messaged|contact|contacted|invite|invited|married|"
    r"marry|dating|visit|visited|thank|thanked|remind|"
    r"reminded|phone|phoned|ring|rang|hired|hire|fired|fire|interview|interviewed|"
    r"introduce|introduced|cc|loop in|miss|hug|hugged|kissed|hate|love|know|knew|with|"
    r"befriended|sued|sue|owe|owes|paid|pay|"
    r"spoke to|speak to|speaking to|speak with|spoke with|talk to|talked to|talking to|"
    r"chat with|lunch with|dinner with|coffee with|between|and|or|from|to|for|by|about|"
    r"than|behalf of|on behalf of|birthday of|who is|who's|as|of|is|was|"
    r"saw|see|seen|heard|help|helped|help|give|gave|show|showed|send|sent|lend|lent|let|"
    r"make|made|like|trust|believe|says|said|congratulate|wish|forward|wrote|writing|write|"
    r"but|that|because|if|when|while|since|after|before|did|does|has|have|will|can|would|"
    r"could|should|so|then|where|how|why|what|, )\s\Z|[,&;/(]\s?\Z",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?<![\w'])(?!(?:the|a|an|this|that|these|those|each|every|in|at|on|of|into|my|your|"
    r"our|their|his|her|its|no|any|some|under|via|per|using|use|version|called|named) "
    r")[a-z]+ \Z"
)
_CLOSE = re.compile(
    r"\b(?:ask|asked|tell|told|meet|met|meeting with|email|emailed|texted|messaged|contact|"
    r"contacted|invite|invited|married|dating|visit|visited|thanked|remind|reminded|phoned|"
    r"hired|fired|interviewed|introduced|"
    r"(?:spoke|speak|speaking|talk|talked|talking|chat|chatted) (?:to|with)|(?:lunch|"
    r"dinner|coffee|breakfast|drinks|appointment|call|session|meeting|interview) with|on "
    r"behalf of|signed by|written by|sent by|reported by|approved by|assigned to|reports "
    r"to|wrote to|letter to|letter from|email from|message from|email to|gift for|card for|"
    r"referred by|birthday of|deliver(?:ed)? to|addressed to|parcel for|name of|husband of|wife of|"
    r"son of|daughter of|"
    r"mother of|father of|parents? of|care of|c/o|married to|engaged to|accompanied by|together with|"
    r"everybody says|"
    r"everyone calls (?:me|him|her)|go(?:es)? by|sue|sued|suing|owes?|dating|divorced?|hugged|kissed|"
    r"was born|née|born|"
    r"absender|gez\.|i\.a\.|gruß|grüße)\s\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Before:
    """Strong: a name is to come; `sure`: even one that no list has. Weak: it may; `person`: as of people."""

    why: str
    strong: bool
    sure: bool = True
    weak: bool = True
    person: bool = True
    plain: bool = False
    """A word in small letters stands before it that does not make it a thing."""


def said_before(text: str, at: int, known: Lists) -> Before:
    """Return what is said before a place of a text."""
    before = text[max(0, at - LENGTH) : at]
    near, last = before[-NEAR:], before[-10:]
    labelled = _MARK.search(before[-8:]) is not None and _LABELLED.search(before) is not None
    if labelled or _INTRODUCED.search(before):
        plain = re.search(
            r"(?:i am|i'm|it's|called|named|ich bin|to ?[:=]|from ?[:=])\s*\Z", before, re.IGNORECASE
        )
        return Before("introduced", strong=True, sure=not plain)
    if _CHINESE.search(last):
        return Before(
            "introduced", strong=True, sure=not re.search(r"(?:我是|叫做?|是)[ :\"“「]{0,2}\Z", last)
        )
    if _GREETED.search(before):
        return Before("greeted", strong=True)
    if _SIGNED.search(before):
        return Before("signed", strong=True, sure="\n" in before[-6:])
    relation = _RELATION.search(before)
    if relation and relation[1].lower() in known.relations:
        return Before("relation", strong=True)
    if _CLOSE.search(near):
        return Before("person", strong=False, sure=False)
    in_small = _PLAIN.search(near) is not None
    if _CHINESE_WEAK.search(last) or _PERSON.search(near):
        return Before("word", strong=False, sure=False, person=False, plain=in_small)
    return Before("", strong=False, sure=False, weak=False, person=False, plain=in_small)
