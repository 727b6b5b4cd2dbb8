"""Bring the database up to date: whimbrel upgrade."""

from migrate import whimbrel

if __name__ == "__main__":
    whimbrel("upgrade")
