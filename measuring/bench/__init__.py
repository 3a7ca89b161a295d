"""How quick the assistant is beside Rasa's own starter: `make bench` writes docs/benchmarks.md."""
