"""Why a mail has no ticket, in words; translated where they are shown (``queries.words_of``)."""

from drifta.words import gettext_noop as _

REASONS = {
    "authentication-failed": _("The sender's mail server says that the sender is not who the mail claims."),
    "automatic": _("An automatic answer that belongs to no ticket."),
    "bounce": _("Returned mail; noted on the ticket of the mail that came back."),
    "bounce-unknown": _("Returned mail, but not of a mail that Drifta has sent."),
    "closed-long-ago": _("It answers a ticket that was closed long ago."),
    "crash": _("Reading it stopped the worker several times. What is in it is not shown; download the source."),
    "duplicate": _("The same mail was taken in before."),
    "error": _("Processing it failed."),
    "flood": _("The machine that sent it has sent very many mails within an hour."),
    "loop": _("It looks like two programs answering each other."),
    "no-sender": _("It names no sender that could be answered."),
    "not-a-participant": _("It names a ticket in which its sender may not write."),
    "own-address": _("It claims to come from one of the desk's own addresses."),
    "own-mail": _("Drifta sent it itself."),
}
