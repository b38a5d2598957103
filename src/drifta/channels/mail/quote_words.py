"""How mail programs of many languages announce quotations: verbs, header names, separators, signature words.

Strangers choose the lines: what can be read in several ways is possessive (``*+``), so that it is read in one only.
"""

from __future__ import annotations

import re

VERBS = (
    r"wrote|writes|skrev|skriver|skreiv|kirjoitti|schrieb|schreef|a écrit|escribió|escribio|"
    r"escreveu|ha scritto|scrisse|ha escrit|napisał(?:a|\(a\))?|napsala?|написала?|пишет|écrit|"
    r"írta|yazdı|geschreven|skrifaði|kirjutas|rakstīja|rašė|a scris|napísal|写道|寫道|のメール|έγραψε"
    r"|pisze|napisao|napisa|написав|пише|написа|כתב|كتب|đã viết|menulis|작성|เขียน"
)
"""Verbs of "Anna wrote:"."""

VERB = re.compile(rf"(?:(?<!\w)(?:{VERBS})(?!\w)|写道|寫道|пользователь)", re.IGNORECASE)
"""One of the verbs, as a word."""
ENDS = re.compile(rf"(?:[:：]|(?<!\w)(?:{VERBS})|写道|寫道)[\s\-*>_]*$", re.IGNORECASE)
"""How "on Friday Anna wrote:" ends."""
STARTS = re.compile(
    r"""[\s\-*_\"'(>]*+(?:(?:on|at|den|am|le|el|il|em|op|dnia|w dniu|in data|dne|på|ons?|tir|tor|"""
    r"tors|fre|lør|lör|søn|sön|man|mån|tis|mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|"
    r"måndag|tisdag|lördag|söndag|ma|ti|ke|to|pe|la|su|maanantai\w*|tiistai\w*|keskiviik\w*|"
    r"torstai\w*|perjantai\w*|lauantai\w*|sunnuntai\w*|mo|di|mi|do|fr|sa|so|montag|dienstag|"
    r"mittwoch|donnerstag|freitag|samstag|sonntag|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sáb|dim|dom|"
    r"пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|quoting|"
    r"citerar|siterer|citat från|sitat fra|lainaus|zitat von|from|a)\b|在|\d)",
    re.IGNORECASE,
)
"""How it may begin: a preposition, a weekday, a digit."""
ADDRESS = re.compile(r"[\w.+=#~-]{1,100}@[\w.-]{1,100}")
"""A mail address."""
WHEN = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\d{4}年|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b")
"""A time or a date."""
_KEYS = {
    "from": (
        r"from|från|fra|von|de|da|van|lähettäjä|od|от|kimden|avsändare|avsender|afsender|发件人|寄件者|差出人|"
        r"feladó|ut|odesílatel|expeditor|nadawca"
    ),
    "date": (
        r"sent|date|skickat|skickades|datum|sendt|sendte?|dato|gesendet|envoyé(?: le)?|enviado(?: el|"
        r" em)?|inviato|data|verzonden|lähetetty|päivämäärä|pvm|päiväys|wysłano|отправлено|дата|fecha|"
        r"发送时间|日期|送信日時|message du|sendt den|tid"
    ),
    "to": (
        r"to|till|til|an|à|a|para|aan|vastaanottaja|kenelle|do|кому|收件人|宛先|reply-to|svar till|"
        r"svar til|risposta|responder a|répondre à|antwort an"
    ),
    "copy": "cc|kopia|kopi|copie à|copia|kopio|copie|kopie|копия|抄送",
    "subject": (
        r"subject|ämne|emne|betreff|objet|oggetto|onderwerp|aihe|temat|тема|asunto|assunto|rubrik|主题|"
        r"主旨|件名|tárgy|predmet"
    ),
}
HEADER = re.compile(
    r"[\s*>_|]*+(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KEYS.items()) + r")[\s*_]{0,3}[:：]",
    re.IGNORECASE,
)
"""One line of a quoted header block; the group that matched names the field."""

_MESSAGE_WORDS = (
    r"messag|melding|besked|meddel|viesti|nachricht|mensaje|mensagem|bericht|wiadomo|сообщ|mail|"
    r"e-post|brev|messaggio|письмо|邮件|メッセージ|zpráva|forwarded|vidarebefordra|videresend|"
    r"weitergeleitet|begin forward|välitetty"
)
SEPARATOR = re.compile(
    rf"(?:[\s*>]|_(?=\s))*+[-–—_=]{{2,}}+[\s*]*+(?=[^\n]{{3,80}}$)[^\n]*?(?:{_MESSAGE_WORDS})"
    r"[^\n]{0,60}?[-–—_=]{2,}+[\s*_]*+$",
    re.IGNORECASE,
)
"""``-----Original Message-----`` and its translations."""

FORWARDED = re.compile(
    r"[\s>*]*+(?:begin forwarded message|start of forwarded message|vidarebefordrat (?:brev|"
    r"meddelande|mail|mejl)|start på videresendt (?:melding|besked|e-?post)|"
    r"videresendt (?:melding|besked|mail)|välitetty viesti|välitetyn viestin alku|"
    r"anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:transféré|réexpédié)|"
    r"inizio messaggio inoltrato|inicio del mensaje reenviado|doorgestuurd bericht|"
    r"ursprungligt meddelande|opprinnelig melding|oprindelig (?:besked|meddelelse)|"
    r"original message)\s*:?[\s*-]*$",
    re.IGNORECASE,
)

_MOBILE_START = (
    r"sent (?:from(?! an? (?!phone|mobile|tablet|smart|cell))|via|with|by|using|on)|"
    r"skickat (?:från|med|via)|skickades från|sänt från|"
    r"sendt (?:fra|med|via|på)|lähetetty|gesendet (?:von|mit|über|aus)|"
    r"von meinem \w+(?: \w+)? gesendet|von unterwegs gesendet|diese nachricht wurde von|"
    r"envoyé (?:de|depuis|à partir|avec)|enviado (?:desde|do|a partir|con|de|via|pelo)|"
    r"inviato (?:da|con)|verzonden (?:met|vanaf|van|via)|verstuurd vanaf|wysłane? z|"
    r"отправлено (?:с|из)|odesláno|get (?:\[?outlook)|hämta outlook|skaffa outlook|hent outlook|"
    r"få outlook|hanki outlook|outlook (?:für|for|för|til) \w+ (?:herunterladen|beziehen)|"
    r"downloade?n? outlook|télécharge[rz] outlook|obtenir outlook|obtener outlook|yahoo mail:|"
    r"from my (?:iphone|ipad|android|mobile|phone)|my mobile|mobile phone|從我的|从我的|发自我的|iphoneから送信|"
    r"보냄"
)
MOBILE = re.compile(
    rf"[\s*_(<\[>-]{{0,6}}(?:{_MOBILE_START})(?=[\s\[(<:])?"
    r"(?:\s?[^\s,.;!?][^\s,;!]*+){0,9}[)>.\]\s*!_]{0,6}"
    r"(?:[,.;(]?\s*(?:please|excuse|so|sorry|apolog|forgive|ursäkta|beklager|typos|expect)[^\n]{0,80})?$",
    re.IGNORECASE,
)
"""A whole line that a telephone or a mail program adds by itself."""

SIGN_OFF = re.compile(
    r"[\s*_]*+(?:(?:with |my )?(?:best|kind|kindest|warm|many|warmest)? ?regards|"
    r"(?:yours )?sincerely(?: yours)?|best wishes|all the best|yours (?:truly|faithfully)|"
    r"(?:med )?(?:bästa|vänliga?|varma|många|goda)? ?hälsning(?:ar)?|m\.?v\.?h\.?|vänligen|"
    r"(?:med )?(?:vennlig|venlig|beste|mange|varm|bedste|gode|de bedste)? ?hilsen(?:er)?|hilsner|"
    r"vennligst|(?:ystävällisin |parhain |kohteliain )?terveisin|(?:mit )?(?:freundlichen?|viele|"
    r"beste|herzliche|liebe|lieben|besten) grü(?:ß|ss)en?|m\.?f\.?g\.?|hochachtungsvoll|"
    r"(?:bien )?cordialement|saludos(?: cordiales)?|atentamente|cordiali saluti|distinti saluti|"
    r"atenciosamente|met vriendelijke groet(?:en)?|mvg|pozdrawiam|с уважением)[\s*_,.!]*$",
    re.IGNORECASE,
)
