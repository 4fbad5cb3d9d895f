"""Here is JSON, however it is laid out: which articles are its objects?"""
