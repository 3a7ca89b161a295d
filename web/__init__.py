"""The only process the public reaches."""
