"""A small hostile web on loopback: real servers for the tests of everything that fetches."""
