"""Loop over HTTP. Nothing in here knows of Singer, so reading and acting can share it."""
