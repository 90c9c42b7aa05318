"""Prices (PPM)."""
