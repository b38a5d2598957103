"""Commands about people, their tokens, and example tickets."""

from __future__ import annotations

import argparse
import getpass
import sys

from drifta.site.commands.environment import django_on, load
from drifta.site.commands.options import options_of


def create_user(arguments: argparse.Namespace) -> int:
    """Add somebody who may sign in; without a password, print a one-time link for choosing one."""
    password = _read_password() if arguments.password_stdin else ""
    options = options_of(arguments)
    with django_on(options):
        create = load("drifta.site.commands.house:create_user")
        secret = create(arguments.email, arguments.role, arguments.name, password)
        path = load("django.urls:reverse")("people:accept-invitation", args=[secret]) if secret else ""
    if path:
        sys.stdout.write(f"{options.public_url}{path}\n")
    return 0


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\n")


def create_token(arguments: argparse.Namespace) -> int:
    """Make an API token and print it; it is shown this once."""
    with django_on(options_of(arguments)):
        token: str = load("drifta.site.commands.house:create_token")(arguments.email, arguments.name)
    sys.stdout.write(f"{token}\n")
    return 0


def generate_demo(arguments: argparse.Namespace) -> int:
    """Write example tickets, for benchmarks."""
    with django_on(options_of(arguments)):
        load("drifta.site.commands.house:generate_tickets")(arguments.tickets)
    return 0
