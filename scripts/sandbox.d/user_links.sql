-- Links that users made themselves: those of the shapes that have some, and one or two of every tenth other user.
-- After the four migrations; ids and type suit the live columns (enum or text). Twice is once. Needs people.sql.
SELECT format_type(atttypid, atttypmod) AS link_type FROM pg_attribute WHERE attrelid = 'profile_links'::regclass AND attname = 'type' \gset
INSERT INTO profile_links (id, "userId", "profileId", label, url, type, position, "createdAt", "updatedAt")
SELECT pg_temp.id_of(md5('link/' || u || '/' || own.ord)), profiles."userId", profiles.id, own.label, own.url, own.type::text:::link_type, own.position,
       joined_at, joined_at
FROM person JOIN profiles ON profiles.id = profile_id,
     LATERAL ROWS FROM (jsonb_to_recordset(replace(coalesce(own, CASE WHEN dice % 10 = 0 THEN CASE dice % 20 WHEN 0
       THEN '[{"label": "My own site", "url": "https://own-{u}.example", "type": "website", "position": 0}]'
       ELSE '[{"label": "Fan page", "url": "https://fans.example/{u}", "type": "other", "position": 1},
              {"label": "Reel 2025", "url": "https://vimeo.com/own/{u}", "type": "showreel", "position": 7}]' END END), '{u}', u)::jsonb)
       AS (label text, url text, type text, position integer)) WITH ORDINALITY AS own (label, url, type, position, ord)
ON CONFLICT (id) DO NOTHING;
