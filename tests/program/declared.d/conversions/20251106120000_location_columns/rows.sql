SELECT p.id AS subject,
       'update' AS op,
       jsonb_build_object('id', p.id, 'city', nullif(btrim(p.location->>'city'), ''), 'country', upper(p.location->>'country')) AS row,
       CASE WHEN jsonb_typeof(p.location) <> 'object' THEN 'not_an_object' END AS reject,
       'location' AS entry
FROM profiles AS p
WHERE p.id = ANY (:keys) AND p.location IS NOT NULL
