"""The gate: every read and write of a record, whoever asks, goes through it.

Whoever uses it needs gate.py, glide_record.py, glide_aggregate.py and row.py, each named as the platform names what it
does. Behind them:

- a request: work.py holds what all its steps need; aftermath.py writes what outlives it, also where it is undone;
- reading: reading.py and aggregating.py, with field_reading.py for the fields a reader sees; journal.py and lists.py
  show fields whose values lie elsewhere, activity.py what has happened to a record;
- writing: writing.py, with a module a step: permission.py, assign.py (coerce.py, durations.py), computed.py,
  defaults.py, enforce.py on a draft.py, audit.py; written.py answers, multiple.py writes all that a query matches;
- the rules in force: snapshot.py keeps one version of them, read by rules.py, state_models.py, lookups.py,
  conditions.py, quotas.py, rate_limits.py and dynamic_filters.py; scripts/ is what rules run;
- tables with behaviour of their own: attachments.py, attachment_rules.py, attachment_attributes.py, addresses.py,
  table_rows.py, system_log.py;
- beside a request: explain.py and decision_log.py say why one is refused, stored.py reads before there is a gate.
"""
