"""What rows ask for: messages read, rows checked, and the form in which outcomes are told."""
