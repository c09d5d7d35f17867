"""atrous: convolutional sequence models, with recurrent models as equal citizens."""

__version__ = "0.1.0"
