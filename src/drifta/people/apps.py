"""The module of people."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel.modules import Module


class People(Module):
    """Organisations, persons, teams, sign-in."""

    name = "drifta.people"
    label = "people"
    verbose_name = _("People")
    icon = "users"
