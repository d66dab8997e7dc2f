"""The small news site that ships with the project, and its server on loopback."""
