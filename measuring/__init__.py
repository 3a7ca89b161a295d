"""How well the assistant understands, and how quickly: `make evaluate` and `make bench`."""
