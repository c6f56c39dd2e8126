"""What both apps' Flask side shares: the app itself, its headers and parts, origins, the lab."""
