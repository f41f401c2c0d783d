"""A log of a million exchanges: what every list and search of it takes."""
