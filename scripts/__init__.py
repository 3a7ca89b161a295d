"""What the Makefile calls. `setup` and what it uses need nothing but Python itself."""
