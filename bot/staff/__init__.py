"""Who may use the staff console, and what they did in it."""
