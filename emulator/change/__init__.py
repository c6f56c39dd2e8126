"""Change Management as its REST API has it: changes by type, their tasks, next states, approvals. Knows no Flask."""
