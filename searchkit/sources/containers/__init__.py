"""Here are files with files in them, or packed: archives, crawls, compressed bytes."""
