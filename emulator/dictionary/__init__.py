"""What exists in an instance: tables, fields, choices, references, inheritance, numbering, indexes."""
