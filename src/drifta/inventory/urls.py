"""Addresses of the inventory."""

from django.urls import path

from drifta.inventory.views import assets, services, sites

urlpatterns = [
    path("inventory/", assets.assets, name="assets"),
    path("inventory/new/", assets.new, name="new-asset"),
    path("inventory/choices/", assets.choices, name="choices"),
    path("inventory/<int:pk>/", assets.asset, name="asset"),
    path("inventory/<int:pk>/edit/", assets.edit, name="edit-asset"),
    path("inventory/services/", services.services, name="services"),
    path("inventory/services/new/", services.new, name="new-service"),
    path("inventory/services/<int:pk>/", services.service, name="service"),
    path("inventory/services/<int:pk>/edit/", services.edit, name="edit-service"),
    path("inventory/sites/", sites.sites, name="sites"),
    path("inventory/sites/new/", sites.new, name="new-site"),
    path("inventory/sites/<int:pk>/", sites.site, name="site"),
    path("inventory/sites/<int:pk>/edit/", sites.edit, name="edit-site"),
]
