"""Step 11: loyalty and CRM (CRM)."""
