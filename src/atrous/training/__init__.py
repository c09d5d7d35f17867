"""Learning from rows. The only importer of lightning."""
