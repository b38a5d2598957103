"""What fields are called in events and previews, for people to read."""

from drifta.words import gettext_noop as _

#: Names of fields as they stand in events; translated where they are shown.
FIELDS = {
    "name": _("name"),
    "email": _("mail address"),
    "title": _("title"),
    "language": _("language"),
    "manager": _("manager"),
    "site": _("site"),
    "note": _("note"),
    "is_vip": _("VIP"),
    "vip": _("VIP"),
    "phone": _("phone number"),
    "team": _("team"),
    "line": _("line"),
    "is_active": _("in use"),
    "mail_domains": _("mail domains"),
    "kind": _("kind"),
    "address": _("address"),
    "model": _("model"),
    "serial": _("serial number"),
    "owner": _("owner"),
    "owner_team": _("team"),
    "assets": _("assets"),
    "time_zone": _("time zone"),
    "subject": _("subject"),
    "category": _("category"),
    "impact": _("impact"),
    "urgency": _("urgency"),
    "requester": _("requester"),
}
