"""Requests to Loop: sent within the budget, repeated where they failed in passing, understood."""
