"""Here are articles: keep them on disk as a Whoosh index, find them again."""
