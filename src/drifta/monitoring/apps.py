"""The module of monitoring."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel.modules import Module


class Monitoring(Module):
    """Checks, states, metrics, alerts, probes."""

    name = "drifta.monitoring"
    label = "monitoring"
    verbose_name = _("Monitoring")
    icon = "activity"
