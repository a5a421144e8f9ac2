"""What leaves the tap: Singer messages, STATE, and what a run says of itself."""
