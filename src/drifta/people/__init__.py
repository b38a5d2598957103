"""People: organisations, persons, teams, sign-in and API tokens."""
