"""Services whose diary is kept by another system: searching, booking and referring by FHIR R4."""
