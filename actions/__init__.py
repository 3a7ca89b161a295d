"""Rasa's custom actions: thin entry points into `bot/`, one file for each thing it can do."""
