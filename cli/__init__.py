"""The `searchkit` command: what did the person type, and how do they see the answer?"""
