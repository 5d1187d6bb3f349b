"""How languages spell: letters that few of them have, and how words begin and end.

Pure, and only data: what is not in the lists of common words is weighed by it.
"""

from __future__ import annotations

LETTERS = {
    "ß": {"de": 3.0}, "ä": {"de": 0.8, "sv": 0.8, "fi": 0.8},
    "ö": {"de": 0.7, "sv": 0.7, "fi": 0.7, "tr": 0.7, "hu": 0.7}, "ü": {"de": 0.9, "tr": 0.9, "hu": 0.6},
    "å": {"sv": 1.5, "da": 1.5, "no": 1.5}, "æ": {"da": 2.0, "no": 2.0}, "ø": {"da": 2.0, "no": 2.0},
    "ñ": {"es": 2.5}, "¿": {"es": 6.0}, "¡": {"es": 6.0}, "ã": {"pt": 2.5}, "õ": {"pt": 2.5},
    "ç": {"fr": 0.8, "pt": 0.8, "tr": 0.8, "ca": 0.5}, "á": {"es": 0.8, "pt": 0.8, "hu": 0.8, "cs": 0.8},
    "í": {"es": 0.8, "pt": 0.6, "hu": 0.6, "cs": 0.8}, "ó": {"es": 0.8, "pt": 0.5, "hu": 0.6, "pl": 0.8},
    "ú": {"es": 0.6, "pt": 0.5, "hu": 0.6, "cs": 0.6},
    "é": {"fr": 0.8, "es": 0.5, "pt": 0.5, "hu": 0.8, "cs": 0.5}, "è": {"fr": 0.9, "it": 0.9, "ca": 0.6},
    "à": {"fr": 0.7, "it": 0.7, "ca": 0.6, "vi": 0.5}, "ù": {"fr": 0.8, "it": 0.9},
    "ò": {"it": 1.2, "ca": 0.8, "vi": 0.5}, "ì": {"it": 1.2, "vi": 0.5},
    "ê": {"fr": 0.9, "pt": 0.8, "vi": 0.6}, "â": {"fr": 0.7, "pt": 0.6, "ro": 0.8, "vi": 0.6},
    "ô": {"fr": 0.8, "pt": 0.6, "vi": 0.6}, "î": {"fr": 0.7, "ro": 1.0}, "û": {"fr": 1.0}, "œ": {"fr": 2.5},
    "ï": {"fr": 0.5, "nl": 0.5, "ca": 0.5}, "ë": {"nl": 0.8, "fr": 0.5}, "ł": {"pl": 3.0}, "ą": {"pl": 3.0},
    "ę": {"pl": 3.0}, "ś": {"pl": 3.0}, "ź": {"pl": 3.0}, "ż": {"pl": 3.0}, "ń": {"pl": 2.0},
    "ć": {"pl": 1.2, "hr": 1.2}, "ğ": {"tr": 3.0}, "ı": {"tr": 3.0}, "ş": {"tr": 2.0, "ro": 0.8},
    "ř": {"cs": 3.0}, "ů": {"cs": 3.0}, "ě": {"cs": 3.0}, "č": {"cs": 1.0, "hr": 1.0},
    "š": {"cs": 1.0, "hr": 1.0}, "ž": {"cs": 1.0, "hr": 1.0}, "ý": {"cs": 1.2}, "đ": {"vi": 2.0, "hr": 1.0},
    "ő": {"hu": 3.0}, "ű": {"hu": 3.0}, "ț": {"ro": 3.0}, "ș": {"ro": 3.0}, "ţ": {"ro": 2.5},
    "ă": {"ro": 1.5, "vi": 0.8}, "ơ": {"vi": 3.0}, "ư": {"vi": 3.0}, "ы": {"ru": 1.5, "be": 0.8},
    "э": {"ru": 1.5, "be": 0.8}, "ё": {"ru": 0.8, "be": 0.8}, "ъ": {"bg": 2.5}, "і": {"uk": 2.0, "be": 2.0},
    "ї": {"uk": 4.0}, "є": {"uk": 4.0}, "ґ": {"uk": 4.0}, "ў": {"be": 4.0}, "ђ": {"sr": 4.0},
    "ћ": {"sr": 4.0}, "љ": {"sr": 2.0, "mk": 2.0}, "њ": {"sr": 2.0, "mk": 2.0}, "ј": {"sr": 2.0, "mk": 2.0},
    "џ": {"sr": 1.0, "mk": 1.0}, "ѓ": {"mk": 4.0}, "ќ": {"mk": 4.0}, "ѕ": {"mk": 3.0},
    "پ": {"fa": 2.0, "ur": 2.0}, "چ": {"fa": 2.0, "ur": 2.0}, "ژ": {"fa": 3.0}, "گ": {"fa": 2.0, "ur": 2.0},
    "ی": {"fa": 1.0, "ur": 1.0}, "ک": {"fa": 1.0, "ur": 1.0}, "ة": {"ar": 2.0}, "ى": {"ar": 1.0},
    "ي": {"ar": 0.7}, "ك": {"ar": 0.7}, "ٹ": {"ur": 4.0}, "ڈ": {"ur": 4.0}, "ڑ": {"ur": 4.0},
    "ں": {"ur": 4.0}, "ے": {"ur": 4.0}, "ہ": {"ur": 3.0}, "ھ": {"ur": 2.0}, "ळ": {"mr": 4.0},
}  # fmt: skip
"""For a letter or sign, the languages for which it speaks and how much; a word that stands alone weighs 3."""

ENDINGS = {
    "en": r"ing$|tion$|ness$|ght|ould|ough|ck$|^wh|sh|^th|ee|oo|ful$|ous$|able$|i[sz]e$|ed$|ers?$|ies$|y$",
    "de": r"sch|ung(en)?$|keit$|heit$|lich|isch|ei|tz|chen$|ieren$|pf|zw|st$|^ge.*t$",
    "fr": r"eau|oux|eux$|euse$|tion$|ment$|oir|ais$|ait$|aient$|ez$|ille|^qu|gn|que$|er$",
    "es": r"ci[oó]n$|dad$|ero$|mente$|ando$|iendo$|ll|ar$|er$|ir$|ado$|[aeo]s$|illa$",
    "pt": r"[cç][aã]o$|[cç][oõ]es$|dade$|mente$|ando$|lh|nh|[aeo]s$|inho$|eir|ar$|er$|agem$|ado$",
    "it": r"zion[ei]$|mente$|ando$|endo$|gli|gn|cch|zz|tt|are$|ere$|ire$|it[aà]$|sc[ie]",
    "nl": r"ij|aa|ee|oo|uu|oe|sch|heid$|lijk|en$|cht|ui|je$|tje",
    "pl": r"sz|cz|rz|dz|owa|ski|nie$|ych$|ego$|ami$|ość$|wy$",
    "tr": r"l[ae]r$|l[ıi][ğk]|yor|m[ae]k$|d[ıiuü]r$|[ıiuü]n$|ler[ie]",
    "vi": r"^ngh?|^nh|^th|^tr|^kh|^ph|^gi|[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]",
    "sv": r"ning|het$|nde$|skt?$|en$|ar$|or$|ör|tt$",
    "da": r"ing$|hed$|nde$|sk$|en$|er$|ør|tt?e$",
    "no": r"ing$|het$|nde$|sk$|en$|er$|ør|tt?e$",
    "fi": r"aa|ää|ii|uu|yy|kk|ss[aä]$|st[aä]$|ll[aäe]|inen$|ksi$|isi|n$",
    "cs": r"ov|ou$|ích$|ého$|ský$|ní$|ch$|^ne|ka$|st$",
    "ro": r"ului$|ilor$|e[sș]te|eaz|ul$|ii$|ea$|[tț]ie",
    "hu": r"sz|gy|ny|cs|zs|ek$|ok$|b[ae]n$|n[ae]k$|s[aá]g|és$|[oeö]t$",
    "id": r"^me[mn]|^ber|^ter|kan$|nya$|ng|^di|^pe[mn]|^ke.*an$|an$",
    "ca": r"ci[oó]$|tge|ny|itat$|[ae]s$|ment$|eu$",
    "hr": r"ije|nje|šć|lj|nj|ost$|ski$|ov|ti$",
}
"""What is to be found in words of a language, as a regular expression."""
