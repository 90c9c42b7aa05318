"""Accounting (Accounting)."""
