"""Both apps as their users meet them: labs, JSON APIs and pages. Over HTTP only; it imports neither of them."""
