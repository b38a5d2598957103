"""Verbs of monitoring; see the files of this folder."""

from drifta.monitoring.actions.alerts import acknowledge, clear_outside, raise_outside
from drifta.monitoring.actions.checks import (
    create_check,
    delete_check,
    disable_check,
    edit_check,
    enable_check,
    test_check,
)
from drifta.monitoring.actions.probes import local_probe, register_probe, remove_probe, rotate_key
from drifta.monitoring.actions.settling import settle
from drifta.monitoring.actions.silence import find_silent_probes, hear_probe
from drifta.monitoring.actions.turns import note_turns

__all__ = [
    "acknowledge",
    "clear_outside",
    "create_check",
    "delete_check",
    "disable_check",
    "edit_check",
    "enable_check",
    "find_silent_probes",
    "hear_probe",
    "local_probe",
    "note_turns",
    "raise_outside",
    "register_probe",
    "remove_probe",
    "rotate_key",
    "settle",
    "test_check",
]
