"""The module of channels."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel.modules import Module


class Channels(Module):
    """Ways in and out: mail, portal."""

    name = "drifta.channels"
    label = "channels"
    verbose_name = _("Channels")
    icon = "mail"
