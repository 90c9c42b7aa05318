"""What compliance.html is put together from: sections, evidence, charts, scripts."""
