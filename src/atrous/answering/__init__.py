"""Answers of a trained model: to texts in memory, to rows with labels, to files of any length."""
