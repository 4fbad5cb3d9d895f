"""Here is plain text, perhaps of a page that was saved so: which article is it?"""
