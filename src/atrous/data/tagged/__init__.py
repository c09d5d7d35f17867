"""Tokens with a tag each, and texts with spans: files of columns become rows that say both.

layout    what a file is read by: its columns, and the scheme of its tags
read      the rows of a file
corpus    train, dev and test rows of one run
"""
