"""Who drains the lanes. The store owns the truth; a runner only carries the names of lanes with work."""
