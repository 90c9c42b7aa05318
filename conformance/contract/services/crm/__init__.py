"""Customers (CRM)."""
