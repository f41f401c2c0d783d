"""Pure values shared by every part of the hub. Nothing here reads, writes or waits."""
