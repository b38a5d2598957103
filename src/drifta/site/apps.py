"""The site as a Django app."""

from drifta.kernel.modules import Module


class Site(Module):
    """Joins the modules."""

    name = "drifta.site"
    label = "site"
    verbose_name = "Site"
