"""Inventory: sites, assets and services."""
