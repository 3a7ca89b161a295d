"""What the assistant knows: the services, their answers, and where each answer comes from."""
