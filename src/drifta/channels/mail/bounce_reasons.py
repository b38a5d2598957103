"""Why a mail could not be delivered: from status codes (RFC 3463), reply codes and the words of many systems."""

from __future__ import annotations

import re
from enum import StrEnum


class Reason(StrEnum):
    """The cause in one word."""

    UNKNOWN_USER = "unknown-user"
    MAILBOX_FULL = "mailbox-full"
    UNKNOWN_HOST = "unknown-host"
    MOVED = "moved"
    NO_MAIL_HERE = "no-mail-here"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    EXPIRED = "expired"
    NETWORK = "network"
    TOO_BIG = "too-big"
    BLOCKED = "blocked"
    SPAM = "spam"
    VIRUS = "virus"
    CONTENT = "content"
    AUTHENTICATION = "authentication"
    NO_REVERSE_NAME = "no-reverse-name"
    REPUTATION = "reputation"
    POLICY = "policy"
    SECURITY = "security"
    RELAYING = "relaying"
    REJECTED_SENDER = "rejected-sender"
    RATE = "rate"
    NOT_CONFORMING = "not-conforming"
    SYNTAX = "syntax"
    MAILER = "mailer"
    SYSTEM = "system"
    LIMIT = "limit"
    COMPLAINT = "complaint"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"


HARD = frozenset({Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST, Reason.MOVED, Reason.NO_MAIL_HERE})
"""Reasons that time does not mend: the address is wrong."""

# The order counts: what names a cause clearly stands before what many causes share.
_WORDS: tuple[tuple[Reason, str], ...] = (
    (Reason.SPAM, r"due to spam classification"),
    (Reason.BLOCKED, r"client host \S{1,60} blocked using|messages from [\d.]{7,15} weren't sent"),
    (Reason.NOT_CONFORMING, r"multiple .{0,40}addresses in from"),
    (
        Reason.REJECTED_SENDER,
        (
            r"purported responsible address|from an address that has been blacklisted|"
            r"sending this from a different address|permisos (?:necesarios )?para publicar|投稿する権限がない|"
            r"behörighet att (?:skicka|publicera)|tillatelse til å (?:sende|publisere)"
        ),
    ),
    (Reason.NETWORK, r"no route to host|able to establish an smtp connection|host name lookup failure"),
    (Reason.TOO_BIG, r"line limit exceeded"),
    (Reason.FILTERED, r"recipient preferences"),
    (
        Reason.NO_REVERSE_NAME,
        (
            r"reverse[- ]?dns|\bptr\b|reverse (?:name|look ?up|address|host)|reverse mapping|rdns|"
            r"(?:client|ip).{0,30}(?:cannot|could not) (?:find|resolve) your hostname|"
            r"cannot find your reverse hostname|cannot find your hostname|no (?:dns )?name (?:for|"
            r"of) (?:your )?(?:host|ip)"
        ),
    ),
    (
        Reason.AUTHENTICATION,
        (
            r"\bspf\b|\bdkim\b|\bdmarc\b|sender policy framework|domainkeys|"
            r"unauthenticated (?:email|mail)|sender id|authentication information|5\.7\.(?:2[0-9]|26)\b"
        ),
    ),
    (Reason.VIRUS, r"virus|malware|infected|worm\b|trojan"),
    (
        Reason.REJECTED_SENDER,
        (
            r"sender.{0,60}(?:does not exist|not exist|unknown|not found)|domain of sender|from: domain|"
            r"after mail from.{0,120}does not exist"
        ),
    ),
    (
        Reason.MAILBOX_FULL,
        (
            r"quota|mail ?box.{0,15}(?:is |size )?(?:full|exceed|too large|over)|mailbox_full|"
            r"mailfolder is full|(?:storage|disk|mailbox|account).{0,20}(?:exceed|full\b|limit)|"
            r"not enough (?:storage|disk)? ?space|insufficient (?:disk|storage)|too much mail data|"
            r"over(?:sized)? (?:the )?(?:storage|disk)|allocated space|#5\.2\.2|is full\b|"
            r"no space left in mailbox|maildir.{0,20}delivery.{0,20}overdrawn|boîte.{0,20}pleine|"
            r"exceeded (?:the )?storage|has run out of"
        ),
    ),
    (
        Reason.SUSPENDED,
        (
            r"(?:account|user|mailbox|recipient|address|domain|mail ?box|service).{0,40}(?:disabled|"
            r"suspended|inactive|deactivat|discontinued|frozen|locked|terminated|expired|closed|"
            r"not active|blocked temporarily)|(?:disabled|suspended|inactive|deactivated|frozen|"
            r"locked) (?:account|user|mailbox|recipient|address)|inactiv|temporarily (?:in)?active|"
            r"not been activated|user.{0,10}inactive|is on hold"
        ),
    ),
    (
        Reason.MOVED,
        (
            r"has (?:been )?moved|no longer (?:at|on|with) this (?:server|company|address)|user has moved|"
            r"recipient.{0,25}moved|address has (?:been )?changed|new address"
        ),
    ),
    (
        Reason.NO_MAIL_HERE,
        (
            r"does not (?:accept|receive) (?:any )?(?:mail|e-?mail)|not accept(?:ing)? (?:any )?mail|"
            r"null mx|nullmx|smtp protocol returned a permanent error|mail receiving disabled|"
            r"host/domain does not accept|malformed or unexpected name server|no mx|mail exchanger|"
            r"does not have a valid (?:mx|mail)|server does not accept|no mail (?:is )?accepted|"
            r"mail server .{0,30}not accept"
        ),
    ),
    (
        Reason.RELAYING,
        (
            r"relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed)|prohibited|is not)|"
            r"unable to relay|configured to relay|not (?:permitted|allowed) to relay|"
            r"(?:we|do) (?:do not|don't|not) relay|"
            r"(?:insecure|unauthori[sz]ed) mail relay|relay (?:not permitted|operation rejected|blocked)|"
            r"cannot relay|no relay|specified domain is not allowed|"
            r"that domain isn't in my list of allowed rcpthosts|not a gateway|"
            r"mail server requires authentication when"
        ),
    ),
    (
        Reason.UNKNOWN_HOST,
        (
            r"host (?:or domain name )?(?:is )?(?:unknown|not found)|unknown (?:host|domain)|"
            r"domain.{0,60}(?:not found|does not exist|unknown|is not reachable|invalid|not exist|"
            r"doesn't exist|could not be found)|no such (?:domain|host)|name or service not known|"
            r"couldn't find any host|can't find.{0,20}host|(?:illegal|unrouteable|unroutable|bad|"
            r"invalid) (?:host|domain|mail domain)|unroute?able|dns (?:failure|error|"
            r"server returned|name error|lookup failure|lookup.{0,40}fail|domain)|(?:could|"
            r"can) ?not.{0,20}(?:resolve|find).{0,30}(?:host|domain|mx)|nxdomain|no mail hosts for|"
            r"recipient domain must exist|name server .{0,20}host not found|"
            r"all host address lookups failed|unable to (?:resolve|lookup|find).{0,30}(?:host|domain)|"
            r"mx.{0,20}not found|mail domain mentioned in email address is unknown|server.{0,20}not found"
        ),
    ),
    (
        Reason.RATE,
        (
            r"too many (?:connections|recipients|messages|emails|mails|concurrent|sessions|errors|"
            r"invalid)|rate limit|throttl|too (?:fast|frequent|many)|exceeded.{0,30}(?:rate|"
            r"number of (?:connection|message|mail|recipient))|(?:maximum|max) (?:number of )?(?:connect|"
            r"concurrent|simultaneous|session)|connection (?:rate|limit)|please slow|frequency limit|"
            r"sending rate|unusual rate|receiving (?:mail|email)s? (?:at a rate|too quickly)|"
            r"deferred due to|rate that prevents|hourly|daily (?:limit|sending)"
        ),
    ),
    (
        Reason.TOO_BIG,
        (
            r"(?:message|mail|size).{0,40}(?:too (?:big|large)|exceed|larger than|over.{0,10}limit)|"
            r"too large|(?:message|maximum|fixed|file) ?size|exceeds? (?:the )?(?:fixed )?(?:maximum|"
            r"size)|line too long|5\.3\.4"
        ),
    ),
    (Reason.REPUTATION, r"reputation|poor sender|sender ?score|low score|senderbase"),
    (
        Reason.BLOCKED,
        (
            r"black ?list|block ?list|blocklist|\brbl\b|dnsbl|dnsrbl|spamhaus|spamcop|barracudacentral|"
            r"sorbs|(?:your|the|client|this|sending|source|from) (?:ip|host|network|server|address|"
            r"connection|mail ?server|domain|mta).{0,60}(?:block|ban|refus|reject|deni|denied|listed|"
            r"not (?:allowed|permitted|accept)|prohibited)|(?:block|bann|refus|reject|deni)(?:ed|"
            r"ing)?.{0,50}(?:your|the|client|by|from|this) (?:ip|host|network|server|address|connection)|"
            r"\b(?:ip|client|host)\b.{0,20}(?:is |was |has been )?(?:block|bann|black|listed|rejected|"
            r"denied|refused)|helo (?:command )?reject|bad (?:helo|sender ip)|"
            r"client host.{0,60}(?:blocked|rejected)|dynamic.{0,20}ip|dynamic/|access (?:denied|"
            r"prohibited).{0,40}(?:ip|host)|connection (?:reject|refused|dropped|denied).{0,30}(?:ip|"
            r"by (?:the )?(?:admin|policy|dnsbl))|temporar(?:y|ily) (?:blocked|banned)|invalid (?:ip|"
            r"helo)|(?:not|isn't) (?:on|in).{0,20}whitelist|no access from mail server|"
            r"mail from.{0,30}refused|unresolvable relay"
        ),
    ),
    (
        Reason.SPAM,
        (
            r"spam|junk|content rejected|unsolicited|bulk (?:e-?mail|mail)|high probability|suspicious|"
            r"\bube\b|\buce\b|phish|advertis|spamass"
        ),
    ),
    (
        Reason.CONTENT,
        (
            r"content (?:filter|not accept|restrict)|attachment.{0,40}(?:not (?:allowed|accept|permit)|"
            r"block|reject|restrict|illegal)|message (?:content|filtered|header size)|(?:prohibited|"
            r"banned|dangerous|executable|blocked) (?:content|attachment|file)|5\.6\.\d|charset|"
            r"improper use of 8-bit|prohibited from.{0,20}(?:content|attachment)"
        ),
    ),
    (
        Reason.SECURITY,
        (
            r"authentication (?:required|failed|turned|credentials)|not authenticated|"
            r"must be authenticated|(?:must|need to|please|have to).{0,30}(?:starttls|authenticat|"
            r"log ?in)|requires? (?:authentication|tls|encryption)|tls (?:required|is required|handshake|"
            r"connect)|starttls|security (?:policy|reasons)|5\.7\.[034]\b.{0,10}tls|"
            r"unauthenticated senders|insecure|encryption|recipient requires|not authorized|"
            r"unauthori[sz]ed"
        ),
    ),
    (
        Reason.REJECTED_SENDER,
        (
            r"sender.{0,60}(?:reject|den|refus|not (?:allow|accept|exist|permitted|authorized|found)|"
            r"invalid|unknown|block|verify|must|cannot|ban)|(?:reject|refus|den(?:y|ied)|invalid|unknown|"
            r"bad|block)\w* .{0,20}sender|(?:mail )?from.{0,40}(?:is )?(?:not (?:allowed|accepted)|reject|"
            r"refused|invalid|unknown)|envelope blocked|return path|(?:reject|"
            r"refus)\w*.{0,20}(?:mail )?from|your (?:e?mail )?address.{0,40}(?:reject|refus|not)|"
            r"does not resolve|5\.1\.[78]|domain of sender|no third-party dsn|backscatter|"
            r"only accepts mail|closed (?:mailing )?list|not (?:a )?(?:member|subscrib)|"
            r"doesn't have permission|restricted|you (?:do not|don't) have permission|posting|"
            r"not allowed to (?:post|send)"
        ),
    ),
    (
        Reason.UNKNOWN_USER,
        (
            r"(?:user|recipient|mailbox|mail ?box|account|address|addressee|alias|local[- ]part|"
            r"destination|e-?mail|utilisateur|destinataire|adresse|usuario|empfänger|mottagare\w*|"
            r"mottaker\w*|login|person|rcpt|name|handle).{0,60}(?:unknown|not (?:found|exist|known|valid|"
            r"recogni[sz]ed|listed|be found|registered|a valid|in |here|our|have|match|locate|available|"
            r"deliver)|does ?n[o'’]t (?:exist|have|match)|doesn.t (?:exist|have|match)|invalid|"
            r"unavailable|non-?exist|no longer|isn't|inconnu|n'existe|desconocid|inexistente|unbekannt|"
            r"okänd|ukjent|finns inte|finnes ikke|is not|incorrect|wrong|undeliverable|"
            r"has been (?:removed|deleted)|refused|rejected)|(?:unknown|no such|invalid|bad|illegal|"
            r"undefined|unrecogni[sz]ed|nonexistent|non-existent|not a valid|not our|no|wrong|okänd|"
            r"ukjent|unbekannter?|incorrect|recipient) (?:\S+ ){0,3}?(?:user|recipient|mailbox|mail box|"
            r"account|address|addressee|alias|local|person|rcpt|name|customer|e-?mail|mottagare|empfänger|"
            r"destinat\w*|login)|not our customer|is not (?:a )?(?:valid|known|local|one of|our)|"
            r"does not exist|doesn't exist|no one here|nobody|not listed in|returns? \d+ recipient|"
            r"delivery to.{0,30}(?:was )?refused|not a local|said: 550|can't create user output|"
            r"directory.{0,10}(?:not found)|no longer (?:available|valid|accept|in use|exist|works|"
            r"employed)|not (?:exist|known|found|a known user|delivered to)|never logged|"
            r"unable to (?:find|chuser)|mailbox unavailable|(?:5\.1\.1|#5\.1\.1|5\.1\.0|5\.1\.10)\b|"
            r"couldn't be found|wasn't found"
        ),
    ),
    (
        Reason.EXPIRED,
        (
            r"retry time|(?:delivery |queue )?time[d ]?-?(?:out|limit)? ?(?:expired|exceeded)|expired|"
            r"too long|timed out|accept our requests to connect|could not be delivered (?:for|within|"
            r"after)|not be(?:en)? delivered (?:for|within|after|yet)|has(?:n't|"
            r" not) (?:yet )?been delivered|will be retried|being retried|will (?:continue|"
            r"keep) (?:to )?(?:try|retry)|queue.{0,20}(?:too long|lifetime|period)|delayed|retries|"
            r"giving up|given up|still undelivered|\d+ (?:hours|days)|unable to deliver.{0,20}(?:for|"
            r"after|within) |4\.4\.7|5\.4\.7|delivery attempts"
        ),
    ),
    (
        Reason.NETWORK,
        (
            r"connection (?:refused|timed out|reset|lost|dropped|closed|failed|to .{0,60}fail)|"
            r"timed? ?out|network (?:is )?(?:unreachable|error)|no route|unreachable|loop|too many hops|"
            r"hop count|could ?n[o']t connect|unable to connect|can ?not connect|not respond|"
            r"did not respond|lost connection|conversation.{0,40}(?:timed|fail)|connect(?:ion)? to|"
            r"malformed or unexpected name server|host (?:is )?(?:down|unavailable)|routing|"
            r"name service error|lookup fail|dns.{0,30}(?:temporar|try)|temporar.{0,30}(?:dns|lookup)"
        ),
    ),
    (
        Reason.POLICY,
        (
            r"presents a potential|header error|policy|policies|prohibit|administrat|not allowed|"
            r"denied by|local configuration|complian"
        ),
    ),
    (Reason.LIMIT, r"exceed|limit"),
    (
        Reason.NOT_CONFORMING,
        (
            r"rfc ?\d{4}|not.{0,15}compl(?:y|iant)|duplicate header|missing.{0,20}header|"
            r"header.{0,20}(?:missing|duplicate|invalid)|bare (?:lf|cr)|multiple (?:addresses|from)|"
            r"5\.5\.2.{0,20}(?:line|header)"
        ),
    ),
    (
        Reason.SYNTAX,
        (
            r"syntax error|command (?:not|unrecogni[sz]ed|out of)|unrecogni[sz]ed command|bad sequence|"
            r"not implemented|\b50[0-4]\b|protocol error"
        ),
    ),
    (
        Reason.MAILER,
        (
            r"command (?:died|failed|time)|pipe|procmail|error (?:in|while) (?:executing|delivering)|"
            r"x-unix|exit|mailer error|\.forward|exec|vacation program|service unavailable|"
            r"can't create output"
        ),
    ),
    (
        Reason.SYSTEM,
        (
            r"system|server (?:error|configuration|busy|failure)|internal|temporar|local error|resources|"
            r"disk|i/o|try again|lookup|configuration|\btable\b|memory|filesystem|busy|unavailable"
        ),
    ),
)
_PATTERNS = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in _WORDS)
_DIRECTORY = re.compile(
    (
        r"not listed in|not recogni[sz]ed|could ?n[o']t be found|wasn't found|no valid recipient|"
        r"mail\.local|not found in directory|mailbox unavailable \(|no mailbox here|unknown local|"
        r"final delivery userid|"
        r"does ?n[o']t exist"
    ), re.IGNORECASE,
)  # fmt: skip
_AT_ONCE = re.compile(r"after initial connection|in reply to (?:end of )?(?:helo|ehlo)", re.IGNORECASE)
_BY_STATUS = {
    r"1.0": Reason.UNKNOWN_USER, r"1.1": Reason.UNKNOWN_USER, r"1.2": Reason.UNKNOWN_HOST, r"1.3": Reason.UNKNOWN_USER,
    "1.4": Reason.FILTERED, "1.6": Reason.MOVED, "1.7": Reason.REJECTED_SENDER, "1.8": Reason.REJECTED_SENDER,
    "1.9": Reason.RELAYING, "1.10": Reason.NO_MAIL_HERE, "2.0": Reason.FILTERED, "2.1": Reason.SUSPENDED,
    "2.2": Reason.MAILBOX_FULL, "2.3": Reason.TOO_BIG, "2.4": Reason.FILTERED, "3.0": Reason.SYSTEM,
    "3.1": Reason.SYSTEM, "3.2": Reason.NO_MAIL_HERE, "3.3": Reason.SYSTEM, "3.4": Reason.TOO_BIG,
    "3.5": Reason.SYSTEM, "4.1": Reason.EXPIRED, "4.2": Reason.NETWORK, "4.3": Reason.SYSTEM,
    "4.4": Reason.UNKNOWN_HOST, "4.5": Reason.SYSTEM, "4.6": Reason.NETWORK, "4.7": Reason.EXPIRED,
    r"5.0": Reason.SYNTAX, r"5.1": Reason.SYNTAX, r"5.2": Reason.SYNTAX, r"5.3": Reason.RATE, r"5.4": Reason.SYNTAX,
    "5.5": Reason.SYSTEM, "6.0": Reason.CONTENT, "6.1": Reason.CONTENT, "7.0": Reason.SECURITY,
    "7.1": Reason.SECURITY, "7.8": Reason.SECURITY, "7.9": Reason.SECURITY, "7.25": Reason.NO_REVERSE_NAME,
    "7.26": Reason.AUTHENTICATION,
}  # fmt: skip

_CLEAR = {
    "1.6": Reason.MOVED, "1.7": Reason.REJECTED_SENDER, "1.8": Reason.REJECTED_SENDER, "2.2": Reason.MAILBOX_FULL,
    "3.2": Reason.NO_MAIL_HERE, "3.4": Reason.TOO_BIG, "7.25": Reason.NO_REVERSE_NAME,
    "7.26": Reason.AUTHENTICATION,
}  # fmt: skip
# Servers give all sorts of codes to it, for want of one of its own.
_RATE = re.compile(r"\brate limit", re.IGNORECASE)


def reason_of(diagnostic: str, status: str, *, command: str = "") -> Reason:
    """The reason behind a failure: a clear status first, then the words, then any status.

    ``command``: the SMTP command that was refused, empty when not told. A recipient refused only after DATA exists,
    or is not told apart: that is a filter.
    """
    if status.startswith("2."):
        return Reason.DELIVERED
    clear = Reason.RATE if _RATE.search(diagnostic) else _CLEAR.get(status[2:])
    reason = clear or _by_words(diagnostic[:4000]) or _BY_STATUS.get(status[2:]) or _by_time(diagnostic)
    if reason is Reason.UNKNOWN_USER and not _DIRECTORY.search(diagnostic) and _filtered(status, command):
        return Reason.FILTERED
    return reason


def _by_time(diagnostic: str) -> Reason:
    """Who is refused before saying anything is refused for where the connection comes from."""
    return Reason.BLOCKED if _AT_ONCE.search(diagnostic) else Reason.UNKNOWN


def _filtered(status: str, command: str) -> bool:
    (
        r'Whether "user unknown" was said only after the server had accepted the recipient, or by a fi'
        r"lter before it."
    )
    if command in {"RCPT", "MAIL", "HELO", "EHLO"}:
        return False
    return not status[2:].startswith("1.")


def _by_words(diagnostic: str) -> Reason | None:
    text = re.sub(r"(?i)rfc822;|reporting-mta:\S*", " ", " ".join(diagnostic.split()))
    return next((reason for reason, pattern in _PATTERNS if pattern.search(text)), None)
