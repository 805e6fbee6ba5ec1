WITH tag AS (
  SELECT p.id, lower(btrim(t.tag)) AS name, min(t.n) AS n
  FROM profiles AS p, unnest(p.tags) WITH ORDINALITY AS t (tag, n)
  WHERE p.id = ANY (:keys)
  GROUP BY p.id, lower(btrim(t.tag)))
SELECT id AS subject, 'upsert' AS op, 'tags' AS "table", jsonb_build_object('name', name) AS row,  -- found or made: several profiles share one
       CASE WHEN name = '' THEN 'blank' END AS reject, 'tag ' || n AS entry
FROM tag
UNION ALL
SELECT id, 'upsert', 'profile_tags', jsonb_build_object('profile_id', id, 'tag', name, 'position', n), NULL, NULL
FROM tag WHERE name <> ''
