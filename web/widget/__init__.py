"""The chat widget: one script that any website can embed. Its source is in `source/`."""
