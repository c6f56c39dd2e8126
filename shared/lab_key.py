"""How a program on another machine shows the lab its key."""

KEY_HEADER = "X-Ticketlab-Key"
