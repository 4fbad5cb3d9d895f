"""Here are bytes of some encoding: which text are they, as a whole or line by line?"""
