"""A ServiceNow instance."""
