"""A day of traffic, played by itself through real SFTP: what a newcomer sees first."""
