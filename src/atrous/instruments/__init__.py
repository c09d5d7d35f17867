"""What one measures a model with."""
