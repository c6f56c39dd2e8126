"""The service catalog as its REST API has it: catalogs, items and their variables, a cart, orders. Knows no Flask."""
