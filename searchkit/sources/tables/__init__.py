"""Here are tables: which articles are their rows?"""
