"""Receives Loop's webhooks, keeps each on disk before it answers, and lets a reader follow them."""
