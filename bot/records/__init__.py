"""What is kept: one database, personal data encrypted in it."""
