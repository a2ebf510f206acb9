"""The snapshot: valid data compiled once into one immutable SQLite file, and the reader that serves from it."""
