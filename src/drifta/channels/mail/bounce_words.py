"""The words and forms by which mail systems tell that a mail did not arrive."""

from __future__ import annotations

import re

STATUS = re.compile(r"(?<![\d.\[(])#?\(?#?([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
"""A status code of RFC 3463."""

REPLY = re.compile(r"(?<![\d.\-/#])(?<!\d:)([45][0-5]\d)(?=[\s\-,;:.#<)\]]|$)(?!\.\d)")
"""An SMTP reply code that refuses."""

ADDRESS = re.compile(
    r"""[^\s<>()\[\]:;,\"'=|*]{1,100}@[A-Za-z0-9][A-Za-z0-9.-]{0,150}[A-Za-z0-9]|"""
    r"(?<=<)[^\s<>@]{1,100}@[^\s<>@]{1,150}(?=>)"
)
"""Anything that looks like a mail address."""

COMMAND = re.compile(
    r"\b(RCPT)[ _:](?:T[Oo]|command|<)|\b(?:RCPT)\b|\b(MAIL) (?:F[Rr][Oo][Mm]|command)|\b(DATA)\b|"
    r"(?i:end of (data))|\b(HELO|EHLO)\b|(?i:(does not like recipient))"
)
"""The SMTP command that was refused, in the words of several systems."""

SYSTEM_NAME = re.compile(
    r"mailer-?daemon|post_?master|mail[-_. ]?(?:deliver|system|admin|daemon|router|service)|"
    r"daemon@|^<?>?$|^\W*$|bounce|amazonaws|smtp_mail|no-?reply.{0,30}(?:mail|deliver)|ndr@|deliver(?:y|er)|"
    r"system administrator|mdaemon|microsoftexchange|mail ?gateway|internet mail|undeliverable|"
    r"complaint|symantec|email_security|feedback",
    re.IGNORECASE,
)
"""Names under which mail systems write."""

SUBJECT = re.compile(
    r"^\W*(?:undeliver|delivery (?:status|fail|report|notif|problem|to|error|has)|mail (?:deliver|"
    r"could not|system error|error|status|failure)|returned|return(?:ing)? (?:mail|e-?mail|"
    r"to sender|message)|failure|failed|non[- ]?(?:deliver|remis)|un(?:able|sent|delivered)|"
    r"could not|message (?:you sent|status|undeliver|not|delay|could|delivery|to)|"
    r"(?:automatic(?:ally)? )?(?:warning|notice|processing error|error)|nondeliverable|dsn\b|"
    r"e-?mail (?:delivery|could|not|error)|sorry|there was an error|permanent|temporar|transient|"
    r"destinat|olevererbar|oleverert|kunde inte levereras|kunne ikke leveres|meddelandet|"
    r"ikke levert|unzustellbar|auslieferung|zustell|mensaje no|correo|échec|avis de|mancata|"
    r"delayed|delay|notification|rejected|bounce|problem|not (?:deliver|sent)|your (?:message|"
    r"mail|email).{0,40}(?:not|fail|reject|return|block|could|delay)|user unknown|complaint|abuse|"
    r"(?:e-?mail )?feedback report|system error|mdaemon|mail.{0,12}(?:error|fail|return|problem|"
    r"undeliver))|undeliverable|delivery (?:failure|status)|delivery.{0,20}fail|failure notice|"
    r"returned mail|mail delivery",
    re.IGNORECASE,
)
"""Subjects of notices, believed when a mail system is the author."""

FAILING = re.compile(
    r"undeliver|not.{0,25}deliver|(?:un)?able to deliver|deliver\w*.{0,40}(?:fail|delay|"
    r"impossible|error|reject)|fail\w*.{0,30}deliver|returned|reject|bounce|"
    r"could ?n[o']t (?:be )?(?:sent|deliver|send)|permanent|unknown|not (?:sent|reach|received|"
    r"exist|found|accepted|known|listed)|fail|disabled|inactive|suspended|invalid|exceed|"
    r"delivery problem|did not.{0,20}match|error|was refused|blocked|no such|quota|delayed|"
    r"rejected|returning|did(?: not|n't) reach|unbekannt|levereras|leveres|levert|okänd|ukjent|"
    r"kein mailbox|不|失败|失敗|エラー|abuse|complain",
    re.IGNORECASE,
)
"""Words of failing, at least one of which every notice has."""

CUT = re.compile(
    r"^[ \t>*=_-]*+(?:(?:(?<=[-=*_ ]{2}).{0,40})?\b(?:original (?:message|e-?mail|mail)|copy of (?:the|"
    r"your|my|first|this)|(?:message|mail)(?: header)? follows|message headers?|header(?:s)? of|"
    r"returned (?:message|mail)|undelivered message|unsent message|below this line|message text|"
    r"below is|the following (?:is|are) the|start of returned|(?:body|beginning|text|part|lines|"
    r"contents) of (?:the |your )?(?:original )?(?:message|mail|e-?mail)|message contents|"
    r"returned to sender|original message headers)\b.{0,60}|(?:(?<=--)|(?<=-- )|"
    r"(?<=={4})|(?<=={4} )|(?<=\*{4})|(?<=\*{4} )).{0,5}(?:transcript of message|message header|begin).{0,40})$|"
    r"^>? ?(?:Received: |Return-Path: ?<|DKIM-Signature: |DomainKey-Signature: |X-Mailer: |MIME-Version: |"
    r"Message-ID: ?<|Message-Id: ?<|X-Original-To: |Delivered-To: )",
    re.IGNORECASE | re.MULTILINE,
)
"""Where the returned mail begins in a notice of plain text."""

ALONE = re.compile(
    r"""^[\s>*\-•·'\"+(]{0,12}(?:[45]\d\d[ -](?:[45]\.\d\.\d{1,3} )?)?(?:[A-Za-z][\w ()/'’.-]{1,60}["""
    r""":;]\s*(?:\w{3,6};\s*)?)?(?:\"[^\"\n]{0,80}\" ?)?[<\[('\"]{0,2}(?P<address>[^\s<>()\[\]:;,\"'"""
    r"=|*]{1,100}@[A-Za-z0-9][A-Za-z0-9.-]{0,150}[A-Za-z0-9])(?![A-Za-z0-9.-]*[A-Za-z0-9@])[>\])'"
    r"\"]{0,2}(?:\s|$|[:;,.]|\()",
    re.IGNORECASE | re.MULTILINE,
)
"""A recipient who begins a line, alone or behind a label."""

CALLED = re.compile(
    r"(?:addressed to|deliver\w*(?: (?:your|the|this|a|my))?(?: \w+)? to|recipients?|users?|"
    r"to the address|email to|mail to|mailbox|account|address|message to|rcpt to|failed to|"
    r"delivery to|sent to|for|unknown|expanded from|<<<? ?RCPT TO|>>> ?RCPT TO|"
    r"""not reach)[\s:<'\"(\[]{1,12}(?:smtp:|rfc822;|mailto:)?(?P<address>[^\s<>()\[\]:;,\"'=|"""
    r"*]{1,100}@[A-Za-z0-9][A-Za-z0-9.-]{0,150}[A-Za-z0-9])",
    re.IGNORECASE,
)
"""A recipient named in a sentence."""

SENT_TO = re.compile(r"\bTo: *<?(?P<address>[^\s<>,;]{1,100}@[A-Za-z0-9.-]{1,150})", re.IGNORECASE | re.MULTILINE)
"""The recipient in a copied header; the last resort."""

NOT_RECIPIENT = re.compile(
    r"^(?:postmaster|mailer-daemon|abuse|support|helpdesk|hostmaster|admin|noc|webmaster)@", re.IGNORECASE
)
"""Addresses that notices name for help."""

CONTACT = re.compile(
    r"contact|please (?:send|mail|forward|write)|(?<!expanded )(?<!generated )from\s*:|sender|"
    r"subject:|message-?id|\bhelp|questions|assistance|^\W*(?:cc|to|from|reply-to|date|sent|"
    r"return-path|errors-to|x-\S+)\s*:",
    re.IGNORECASE,
)
"""What stands on a line before an address that is no failed recipient."""

DELAYED = re.compile(
    r"delay|warning|not yet been delivered|still (?:being )?(?:trying|retried|queued)|will (?:be retried|continue)|"
    r"will keep|has not been delivered yet|no action is required",
    re.IGNORECASE,
)
"""Words of a warning that more tries follow."""

UNDELIVERED = re.compile(r"non-delivery|undeliver|could not be delivered", re.IGNORECASE)
"""Words that nobody but a mail system uses."""

REFUSED = re.compile(r"\b55\d\b")
"""A refusing reply code standing alone."""

POSTMASTER = re.compile(r"post_?master|^\W*$", re.IGNORECASE)
"""Authors who can only be mail systems."""

SUBJECT_CERTAIN = re.compile(
    r"^\W*(?:undeliver|delivery (?:status|fail)|failure notice|returned mail|mail delivery|non-?delivery|failed mail|"
    r"olevererbar|oleverert|unzustellbar)",
    re.IGNORECASE,
)
"""Subjects that make a notice, whoever the author is."""

NOBODY = re.compile(r"\s*<(?:mailer-daemon(?:@\S*)?)?>\s*", re.IGNORECASE)
"""Senders of the envelope (Return-Path) that nobody writes under."""

DAEMON = re.compile(r"mailer-daemon|mail delivery (?:sub)?system", re.IGNORECASE)
"""Authors who write nothing but notices."""

GIVEN_UP = re.compile(r"given up|giving up|permanent(?:ly)? (?:fail|error)|failed permanently", re.IGNORECASE)
"""Words that no more tries follow."""

STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
"""Media types of RFC 3464 reports."""

REPORT_TYPES = {*STATUS_TYPES, "message/feedback-report", "multipart/report"}
"""Media types of all reports."""

WRAPPED = re.compile(rb"^From MAILER-DAEMON .*\n(?=(?:Return-Path|Received|Delivered-To):)", re.MULTILINE)
"""Where a whole mail of a mail system begins in a text, as in a mailbox file (RFC 4155)."""

FLATTENED = re.compile(r"^final-recipient: *rfc822;", re.IGNORECASE | re.MULTILINE)
"""A field of a report that has lost its own part of the mail on the way, and stands in the text."""

RETURNED_TYPES = {
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
}
"""Media types of the mail that came back."""
