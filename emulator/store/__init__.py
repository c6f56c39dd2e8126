"""The compiled tables of the records and all SQL on them. It asks nobody whether it may."""
