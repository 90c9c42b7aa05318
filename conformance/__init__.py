"""What is checked: the checklist as data, the contract as data, and the checks."""
