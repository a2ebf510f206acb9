"""What the command line does, one module for each command, which imports what that one needs; `api/__main__.py` lists them."""
