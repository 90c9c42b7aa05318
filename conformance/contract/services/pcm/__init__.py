"""Procurement (PCM)."""
