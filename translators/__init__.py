"""Formats: bytes to canonical documents and back. They know hub.model and nothing else of the hub."""
