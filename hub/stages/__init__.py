"""The stages: one verb a file, `(exchange, needs) -> Outcome`. They read and decide; the pipeline writes."""
