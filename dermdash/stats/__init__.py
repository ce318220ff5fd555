"""What may be concluded: a tidy table and a plan go in, a comparison comes out."""
