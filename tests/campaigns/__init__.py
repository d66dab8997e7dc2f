"""Long campaigns: the tests run a short form of each, these commands as many rounds as wanted."""
