"""Here is XML, or SGML before it: which articles are its elements?"""
