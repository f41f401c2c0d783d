"""XML files to canonical documents and back, by XPath maps (data); hostile files are refused unread."""
