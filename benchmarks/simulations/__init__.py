"""What the tests of ``dermdash.stats`` do on many simulated studies whose truth is known."""
