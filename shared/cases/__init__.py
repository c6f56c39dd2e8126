"""The troubleshooting catalogue: each case a small module that breaks a healthy pair, shows it, and cures it.

Everything here speaks HTTP only, to both apps, as a customer, an administrator or the lab. A case brings its symptom
about by a setting, a record, a clock or an address, never otherwise: neither app knows that there are cases.
"""
