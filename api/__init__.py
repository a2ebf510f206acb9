"""How the debates are served: the command line, the snapshot, and the HTTP interface."""
