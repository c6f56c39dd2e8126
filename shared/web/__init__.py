"""What both apps' Flask side shares: headers, origins, the lab's guard, the access log."""
