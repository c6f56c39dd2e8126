"""The cases, one module each. ``docs/cases.md`` tells how to write one."""
