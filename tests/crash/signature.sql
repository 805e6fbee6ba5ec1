-- One line each for what must be the same after any crash. Ids and times of our own rows are left out, all else is in.
\pset format unaligned
\pset tuples_only on
SET TimeZone = 'UTC';
SELECT 'users ' || count(*) || ' ' || md5(string_agg(u::text, E'\n' ORDER BY id)) FROM users u;
SELECT 'profiles ' || count(*) || ' ' || md5(string_agg(p::text, E'\n' ORDER BY id)) FROM profiles p;
SELECT 'history ' || concat_ws(' ', migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, applied_steps_count, coalesce(logs, '-'))
  FROM _prisma_migrations ORDER BY 1;
SELECT 'column ' || concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped ORDER BY 1;
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1;
SELECT 'constraint ' || concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace ORDER BY 1;
SELECT 'enum ' || concat_ws(' ', enumtypid::regtype, enumsortorder, enumlabel) FROM pg_enum ORDER BY 1;
SELECT to_regclass('profile_links') IS NOT NULL AS links \gset
\if :links
SELECT 'own ' || l::text FROM profile_links l WHERE "createdAt" < now() - interval '1 day' ORDER BY id;
-- position included: it is part of what the conversion decides
SELECT 'link ' || concat_ws('|', "profileId", position, "userId", type, label, url) FROM profile_links
  WHERE "createdAt" >= now() - interval '1 day' ORDER BY "profileId", position, url;
\endif
