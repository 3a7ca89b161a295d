"""What is to be sent out: written with what it is about, delivered later, at least once."""
