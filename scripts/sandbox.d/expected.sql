-- What the conversion must make of each profile once `sandbox user-links` has run: tab-separated, no header.
-- profile id, shape, links created, skip reason, reasons of rejected entries. Needs people.sql.
COPY (SELECT profile_id, name, links, coalesce(reason, ''), array_to_string(rejected, ',') FROM person ORDER BY n) TO STDOUT;
