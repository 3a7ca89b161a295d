"""The edge of the chat: who is talking, what may pass, and what to say when the rest is away."""
