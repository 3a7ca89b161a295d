"""Notices danger in what people write, and says what helps: needs no other part of the system."""
