"""The module of the building blocks."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel.modules import Module


class UiModule(Module):
    """Everything that pages are made from; knows no domain."""

    name = "drifta.ui"
    label = "ui"
    verbose_name = _("Pages")
    icon = "layout-dashboard"
