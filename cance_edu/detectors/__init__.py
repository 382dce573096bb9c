"""What a user fits: a module each."""
