"""Helps a person to get ready: the service's own lists, and aims in the person's own words."""
