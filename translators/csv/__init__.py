"""CSV files to canonical documents and back, by column maps (data) in the partner's dialect."""
