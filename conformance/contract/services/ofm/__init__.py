"""Organisations, facilities and people (OFM)."""
