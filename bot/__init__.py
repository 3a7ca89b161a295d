"""The assistant as plain Python: knows neither Rasa (but for `components/`) nor the web."""
