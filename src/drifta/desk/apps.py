"""The module of the desk."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel.modules import Module


class Desk(Module):
    """Tickets and messages."""

    name = "drifta.desk"
    label = "desk"
    verbose_name = _("Desk")
    icon = "ticket"
