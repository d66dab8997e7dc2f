"""What happens, in order: the only layer that knows Prefect, the clock and the network."""
