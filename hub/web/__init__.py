"""The ops pages: queues, the log, and the story of each exchange. Server-rendered; every view is a URL."""
