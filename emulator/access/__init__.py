"""May this caller? Channels, application scopes, ACLs; and why."""
