"""One file a design: which tests answer its question, and which stand beside them."""
