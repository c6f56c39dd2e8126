"""How the tenant's database came to be, step by step (Alembic)."""
