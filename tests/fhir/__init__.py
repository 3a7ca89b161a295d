"""A real FHIR R4 engine for tests, the official schema, and a line to it that can be disturbed."""
