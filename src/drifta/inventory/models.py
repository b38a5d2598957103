"""Tables of sites, assets and services."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.kernel import clock
from drifta.kernel.models import Versioned, VisibleQuerySet


class Site(Versioned):
    """A place with people and equipment: an office, a school, a shop."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=300, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Stockholm")

    resource = "sites"
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="inventory_site_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the site's page."""
        return reverse("inventory:site", args=[self.pk])


class Asset(Versioned):
    """One thing that is owned and looked after: a server, a printer, a laptop, a switch."""

    class Kind(models.TextChoices):
        """What sort of thing it is."""

        SERVER = "server", _("Server")
        COMPUTER = "computer", _("Computer")
        NETWORK = "network", _("Network device")
        PRINTER = "printer", _("Printer")
        PHONE = "phone", _("Phone")
        ROOM = "room", _("Meeting room equipment")
        OTHER = "other", _("Other")

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="assets")
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    address = models.CharField(_("network address"), max_length=253, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    serial = models.CharField(_("serial number"), max_length=120, blank=True)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="assets")
    owner = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="assets")
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    resource = "assets"
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="inventory_asset_name_once")]
        indexes = [models.Index(fields=["organisation", "kind", "name"], name="inventory_asset_kind")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the asset's page."""
        return reverse("inventory:asset", args=[self.pk])


class Service(Versioned):
    """What users know and depend on: “e-mail”, “printing on floor 2”."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="services")
    name = models.CharField(_("name"), max_length=120)
    owner_team = models.ForeignKey("people.Team", models.SET_NULL, null=True, blank=True, related_name="services")
    assets = models.ManyToManyField(Asset, blank=True, related_name="services")
    note = models.TextField(_("note"), blank=True)

    resource = "services"
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="inventory_service_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the service's page."""
        return reverse("inventory:service", args=[self.pk])
