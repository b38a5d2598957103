"""Addresses of the building blocks: palette, action runner, presence, language."""

from django.urls import path

from drifta.ui import views

app_name = "ui"

urlpatterns = [
    path("palette", views.palette, name="palette"),
    path("act", views.act, name="act"),
    path("presence", views.presence, name="presence"),
    path("language", views.language, name="language"),
]
