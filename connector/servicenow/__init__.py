"""An instance seen from outside: its OAuth endpoints and its REST API, real or emulated."""
