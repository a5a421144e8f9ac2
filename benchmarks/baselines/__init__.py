"""What the tap is measured against."""
