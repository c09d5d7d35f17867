"""What a page of ours is made of: markup that no stranger's text gets through, words, pictures and a style."""
