"""What would be done: the account as it is now, Loop's rules, and the plan."""
