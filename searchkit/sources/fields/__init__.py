"""Here is what a record says of an article, in whatever format: what are its fields?"""
