"""Here is a string: what does the person mean, and how do we run it?"""
