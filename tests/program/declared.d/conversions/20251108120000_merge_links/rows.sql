WITH link AS (
  SELECT l.id, l."userId", l.label,
         row_number() OVER same AS n, count(*) OVER (PARTITION BY l."userId", l.url) AS copies,
         string_agg(l.label, ' / ') OVER (PARTITION BY l."userId", l.url ORDER BY l.id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS labels
  FROM profile_links AS l
  WHERE l."userId" = ANY (:keys)
  WINDOW same AS (PARTITION BY l."userId", l.url ORDER BY l.id))
SELECT "userId" AS subject, CASE WHEN n = 1 THEN 'update' ELSE 'delete' END AS op,
       CASE WHEN n = 1 THEN jsonb_build_object('id', id, 'label', left(labels, 40)) ELSE jsonb_build_object('id', id) END AS row
FROM link WHERE copies > 1
