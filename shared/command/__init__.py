"""The command ``ticketlab``: starts the two apps and uses them over HTTP. It imports neither of them."""
