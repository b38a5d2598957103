"""Addresses of people, teams, organisations, profile and invitations."""

from django.urls import path

from drifta.people.views import access, imports, organisations, persons, profile, teams

urlpatterns = [
    path("people/", persons.people, name="people"),
    path("people/new/", persons.new, name="new-person"),
    path("people/choices/", persons.choices, name="choices"),
    path("people/import/", imports.choose, name="import"),
    path("people/import/run/", imports.run, name="import-run"),
    path("people/<int:pk>/", persons.person, name="person"),
    path("people/<int:pk>/edit/", persons.edit, name="edit-person"),
    path("people/<int:pk>/contact-points/", persons.add_point, name="add-contact-point"),
    path("people/<int:pk>/contact-points/<int:point>/remove/", persons.remove_point, name="remove-contact-point"),
    path("people/<int:pk>/roles/", access.roles, name="roles"),
    path("people/<int:pk>/invite/", access.invite, name="invite"),
    path("people/<int:pk>/merge/", access.merge, name="merge"),
    path("people/<int:pk>/sessions/end/", access.end_session, name="end-session"),
    path("people/tokens/<int:pk>/revoke/", access.revoke_token, name="revoke-token"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.new, name="new-team"),
    path("teams/<int:pk>/", teams.team, name="team"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/new/", organisations.new, name="new-organisation"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("profile/", profile.profile, name="profile"),
    path("profile/tokens/new/", profile.new_token, name="new-token"),
    path("invitation/<str:secret>/", access.accept, name="accept-invitation"),
]
