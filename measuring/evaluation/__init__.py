"""How well the assistant understands: `make evaluate` writes docs/evaluation.md."""
