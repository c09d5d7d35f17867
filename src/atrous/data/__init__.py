"""Files become rows, rows become splits and batches. Only `batch.py` knows torch."""
