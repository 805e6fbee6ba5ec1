-- Users and profiles :first to :last. Set-based; needs people.sql.
BEGIN;
INSERT INTO users (id, username, email, password, "displayName", bio, avatar, name, role, "createdAt", "updatedAt")
SELECT user_id, 'user_' || n, 'user_' || n || '@mail.example', '$2b$10$' || u || u || u, given || ' ' || family,
       CASE WHEN dice % 3 = 0 THEN 'Works on stage and screen since ' || 1980 + dice % 40 || '.' END,
       CASE WHEN dice % 2 = 0 THEN 'https://cdn.example/a/' || u || '.jpg' END, given,
       CASE WHEN dice % 20 = 0 THEN 'casting' ELSE 'artist' END, joined_at, joined_at + dice % 900000 * interval '1 s'
FROM person, LATERAL (SELECT
  (ARRAY['Ada', 'Björk', 'Chidi', 'Dolores', 'Émile', 'Fatima', 'Grzegorz', 'Hana', 'Íñigo', 'José', 'Kim', '美咲'])[dice % 12 + 1] AS given,
  (ARRAY['Andersson', 'Brandt', 'Castillo', 'Đặng', 'Eze', 'O''Neill', 'Şahin', 'van der Berg', 'Żak'])[dice / 16 % 9 + 1] AS family) AS names;

INSERT INTO profiles (id, "userId", "vanityUrl", headline, bio, roles, location, privacy, tags, "socialLinks", "createdAt", "updatedAt")
SELECT profile_id, user_id, 'artist-' || n, CASE WHEN dice % 4 > 0 THEN 'Actor, no. ' || n END, NULL,
       (ARRAY['{actor}', '{actor,singer}', '{director}', '{voice,actor}'])[dice % 4 + 1]::text[],
       CASE WHEN dice % 3 > 0 THEN jsonb_build_object('city', (ARRAY['Berlin', 'Lagos', 'México', 'Łódź'])[dice / 4 % 4 + 1]) END,
       CASE WHEN dice % 5 = 0 THEN '{"email": "hidden"}' ELSE '{}' END::jsonb, CASE WHEN dice % 6 = 0 THEN '{stage,"voice over"}'::text[] END,
       replace(source, '{u}', u)::jsonb, joined_at, joined_at + dice % 700000 * interval '1 s'
FROM person;
COMMIT;
