"""What commands consist of; no command is looked for here."""
