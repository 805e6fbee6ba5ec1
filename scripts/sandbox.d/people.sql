-- Everybody in the sandbox, computed from the seed alone: the temporary view person, n from :first to :last.
-- Other psql variables: seed, id_type (uuid or text). Needs shapes.sql.
-- Ids come from MD5, so that key order has nothing to do with n, shape or age. No random(), no clock.
SELECT :'id_type' = 'text' AS text_ids \gset
CREATE FUNCTION pg_temp.id_of(h text) RETURNS :id_type LANGUAGE sql IMMUTABLE RETURN
\if :text_ids
  'c' || translate(substr(h, 1, 24), '0123456789abcdef', 'kz3v9x0qm7t5rh2w');
\else
  overlay(overlay(h PLACING '4' FROM 13) PLACING '9' FROM 17)::uuid;
\endif

CREATE TEMP VIEW person AS
SELECT n, pg_temp.id_of(h) AS profile_id, pg_temp.id_of(md5(h)) AS user_id, substr(h, 23, 10) AS u, dice,
       timestamp(3) '2023-01-01' + dice % 80000000 * interval '1 s' AS joined_at, slot.*
FROM (SELECT n, h, ('x' || substr(h, 1, 7))::bit(28)::int AS dice
      FROM (SELECT n, md5(:'seed' || '/' || n) AS h FROM generate_series(:first, :last) AS n) AS hashed OFFSET 0) AS numbered
JOIN slot ON slot.slot = (n::bigint * 387 + hashtext(:'seed') % 1000 + 1000) % 1000;
