"""Addresses of monitoring; the first three are those of the probe protocol and of Alertmanager's clients."""

from django.urls import path

from drifta.monitoring.views import alerts, checks, outside, probe, probes

urlpatterns = [
    path("probe/v1/hello", probe.hello),
    path("probe/v1/results", probe.results),
    path("api/v2/alerts", outside.alerts),
    path("monitor/", alerts.situation, name="situation"),
    path("monitor/problems/", alerts.problems, name="problems"),
    path("monitor/alerts/", alerts.alerts, name="alerts"),
    path("monitor/alerts/<int:number>/", alerts.alert, name="alert"),
    path("monitor/checks/", checks.checks, name="checks"),
    path("monitor/checks/new/", checks.new, name="new-check"),
    path("monitor/checks/new/<str:kind>/", checks.new_of_kind, name="new-check-of-kind"),
    path("monitor/checks/<int:number>/", checks.check, name="check"),
    path("monitor/checks/<int:number>/edit/", checks.edit, name="edit-check"),
    path("monitor/checks/<int:number>/delete/", checks.delete, name="delete-check"),
    path("monitor/checks/<int:number>/series/", checks.series, name="series"),
    path("monitor/probes/", probes.probes, name="probes"),
    path("monitor/probes/new/", probes.new, name="new-probe"),
    path("monitor/probes/<int:number>/", probes.probe, name="probe"),
    path("monitor/probes/<int:number>/key/", probes.rotate, name="rotate-key"),
    path("monitor/probes/<int:number>/remove/", probes.remove, name="remove-probe"),
]
