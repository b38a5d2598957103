"""The roles a person can have, and the sets of them that permissions are given to."""

REQUESTER = "requester"
FIRST_LINE = "first_line"
SECOND_LINE = "second_line"
MANAGER = "manager"
ADMINISTRATOR = "administrator"
AUDITOR = "auditor"

ROLES = (REQUESTER, FIRST_LINE, SECOND_LINE, MANAGER, ADMINISTRATOR, AUDITOR)

#: Those who work on tickets.
AGENTS = frozenset({FIRST_LINE, SECOND_LINE, ADMINISTRATOR})
#: Those who keep servers, networks and checks.
TECHNICIANS = frozenset({SECOND_LINE, ADMINISTRATOR})
#: Those who may see everything of their organisation without changing it.
READERS = AGENTS | {MANAGER, AUDITOR}
#: Those who run Drifta itself.
ADMINISTRATORS = frozenset({ADMINISTRATOR})
EVERYBODY = frozenset(ROLES)
