"""The module of inventory."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel.modules import Module


class Inventory(Module):
    """Sites, assets, services."""

    name = "drifta.inventory"
    label = "inventory"
    verbose_name = _("Inventory")
    icon = "devices"
