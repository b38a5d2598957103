"""Drifta: one self-hosted system with which IT technicians and the helpdesk run a workplace's IT."""

__version__ = "0.1.0"
