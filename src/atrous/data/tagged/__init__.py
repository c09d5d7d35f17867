"""Tokens with a tag each, and texts with spans: files in several formats become rows that say both.

columns, conllu, records    the sentences of one format each
spans                       spans of characters, and the tokens that they cover
reading                     the sentences of any of them
layout                      what a file is read by: its columns, and the scheme of its tags
put                         other tags in the lines of a file
read                        the rows of a file, as they are taught
corpus                      train, dev and test rows of one run
"""
