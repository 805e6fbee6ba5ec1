-- What the sandbox's profiles hold: a table of shapes and of what CONVERSION.md makes of each.
-- Temporary, for one session; nothing of it is left in the target.
--
--   per_mille  profiles of this shape in every thousand; the column adds up to 1000, so a thousand
--              profiles hold exactly these numbers and twenty thousand hold twenty times as many
--   links      links that the conversion creates
--   reason     why the profile is skipped; NULL: it is converted
--   rejected   reasons of its rejected entries, in the order stored
--   source     "socialLinks" as JSON text; NULL: SQL NULL. {u} stands for ten characters of the profile's own
--   own        links that the user has made himself (added by `sandbox user-links`); NULL: none of their own
--
-- links, reason and rejected hold once `sandbox user-links` has run.
CREATE TEMP TABLE shape (
  ord integer GENERATED ALWAYS AS IDENTITY, name text, per_mille integer, links integer, reason text, rejected text[], source text, own text);

INSERT INTO shape (name, per_mille, links, reason, rejected, source, own) VALUES
-- nothing there
('json null',                 2,  0, 'no_data', '{}', 'null', NULL),
('a number',                  2,  0, 'no_data', '{}', '7', NULL),
('true',                      2,  0, 'no_data', '{}', 'true', NULL),
('empty array',               2,  0, 'no_data', '{}', '[]', NULL),
('blank string',              2,  0, 'no_data', '{}', '" \t\n "', NULL),
('empty and null values',     4,  0, 'no_data', '{empty_url,empty_url}', '{"imdb": null, "website": "  "}', NULL),
-- strings
('broken json in a string',   3,  0, 'invalid_json', '{}', '"{\"website\": "', NULL),
('words',                     2,  0, 'invalid_json', '{}', '"see my site"', NULL),
('a host as a string',        2,  0, 'invalid_json', '{}', '"www.me-{u}.example"', NULL),
('encoded three times',       2,  0, 'invalid_json', '{}', '"\"{\\\"website\\\":\\\"https://d-{u}.example\\\"}\""', NULL),
('one url as a string',       4,  1, NULL, '{}', '" https://one-{u}.example/me "', NULL),
('double-encoded object',     5,  2, NULL, '{}', '"{\"website\":\"https://d-{u}.example\",\"imdb\":\"https://www.imdb.com/name/nm{u}/\"}"', NULL),
('double-encoded array',      3,  2, NULL, '{}', '"[\"https://d.example/{u}/1\",\"https://d.example/{u}/2\"]"', NULL),
-- arrays and link objects
('array of urls',             5,  2, NULL, '{missing_scheme}', '["https://www.a-{u}.example/x", "b-{u}.example", "https://c-{u}.example"]', NULL),
('array of link objects',     6,  3, NULL, '{}',
  '[{"url": "https://a-{u}.example", "type": "Website", "label": "My site"}, {"url": "https://b-{u}.example", "type": "blog", "label": " "}, {"url": "https://c-{u}.example", "type": " IMDB "}]', NULL),
('link objects with more keys', 3, 2, NULL, '{}',
  '[{"url": "https://u-{u}.example", "icon": "x", "label": 7}, {"url": "https://v-{u}.example", "title": "Reel", "order": [1]}]', NULL),
('links wrapped in a key',    4,  2, NULL, '{}',
  '{"links": [{"url": "https://r-{u}.example", "type": "showreel", "label": "Reel"}, {"url": "https://s-{u}.example"}]}', NULL),
('link object under a key',   4,  2, NULL, '{}',
  '{"imdb": {"url": "https://i-{u}.example", "label": "Credits"}, "agency": {"url": "https://g-{u}.example", "type": "website"}}', NULL),
('list under a key',          3,  2, NULL, '{unsupported_value}',
  '{"showreel": ["https://s.example/{u}/1", "https://s.example/{u}/2", ["https://s.example/{u}/3"]]}', NULL),
('array in an array',         2,  1, NULL, '{unsupported_value}', '[["https://a-{u}.example"], "https://b-{u}.example"]', NULL),
('one link object',           4,  1, NULL, '{}', '{"url": "https://mine-{u}.example", "type": "website", "label": "Mine"}', NULL),
('url beside another key',    2,  2, NULL, '{}', '{"url": "https://u-{u}.example", "imdb": "https://i-{u}.example"}', NULL),
('unsupported values',        3,  1, NULL, '{unsupported_value,unsupported_value,unsupported_value}',
  '{"a": 1, "b": true, "c": {}, "d": "https://d-{u}.example"}', NULL),
('object without url',        2,  0, 'no_valid_links', '{unsupported_value}', '{"a": {"href": "https://h-{u}.example"}}', NULL),
-- keys that become labels
('unknown keys',              6,  2, NULL, '{}', '{"Agency": "https://agency-{u}.example", "Stage work": "https://stage.example/{u}"}', NULL),
('known keys in other case',  3,  2, NULL, '{}', '{" IMDb ": "https://i-{u}.example", "WEBSITE": "https://w-{u}.example"}', NULL),
('names of object methods',   4,  3, NULL, '{}',
  '{"toString": "https://t-{u}.example", "__proto__": "https://p-{u}.example", "constructor": "https://c-{u}.example"}', NULL),
('quotes, emoji and markup',  3,  1, NULL, '{}', '{"<b>\"Reel\" 🎬</b>": "https://r-{u}.example"}', NULL),
('script in a label',         3,  2, NULL, '{}',
  '[{"url": "https://x-{u}.example", "label": "<script>alert(1)</script>"}, {"url": "https://x-{u}.example/?q=<img src=x>", "label": "'' onerror=''x"}]', NULL),
('terminal escapes',          3,  2, NULL, '{}', '{"\u001b[31mred\u001b[0m": "https://e-{u}.example", "\u001b]0;owned\u0007": "https://f-{u}.example"}', NULL),
('control characters in a key', 2, 1, NULL, '{}', '{"my\n\tsite": "https://c-{u}.example"}', NULL),
('direction marks in a key',  2,  1, NULL, '{}', '{"\u202egpj.\u200bexe": "https://rlo-{u}.example"}', NULL),
('blank key',                 2,  1, NULL, '{}', '{"": "https://www.Blank-{u}.example:8443/x"}', NULL),
('label of 41 characters',    2,  1, NULL, '{}', '{"' || repeat('é', 41) || '": "https://l41-{u}.example"}', NULL),
('label of 41 emoji',         2,  1, NULL, '{}', '{"' || repeat('🎬', 41) || '": "https://s41-{u}.example"}', NULL),
('white space that stays',    2,  2, NULL, '{}', '{"\u00a0imdb": "https://n-{u}.example", "İmdb": "https://i-{u}.example"}', NULL),
-- urls
('schemes',                   4,  1, NULL, '{unsupported_scheme,unsupported_scheme,missing_scheme,missing_scheme,invalid_url}',
  '{"a": "javascript:alert(1)", "b": "mailto:a@b-{u}.example", "c": "example.com/{u}", "d": "//cdn-{u}.example", "e": "HTTP://up-{u}.example", "f": "https:one-{u}.example"}', NULL),
('nothing valid',             4,  0, 'no_valid_links', '{invalid_url,unsupported_scheme}', '{"a": "nope", "b": "ftp://f-{u}.example"}', NULL),
('without scheme',            7,  0, 'no_valid_links', '{missing_scheme}', '{"website": "www.me-{u}.example"}', NULL),
('one without scheme',        8,  1, NULL, '{missing_scheme}', '{"imdb": "imdb.com/name/nm{u}", "website": "https://me-{u}.example"}', NULL),
('empty beside a link',       8,  1, NULL, '{empty_url}', '{"imdb": "https://www.imdb.com/name/nm{u}/", "website": ""}', NULL),
('handles',                   4,  1, NULL, '{invalid_url,invalid_url}', '{"twitter": "@actor{u}", "website": "https://me-{u}.example", "instagram": "actor{u}"}', NULL),
('international hosts',       4,  3, NULL, '{}',
  '{"a": "https://münchen.example/ü/{u}", "b": "https://例え.example/{u}", "c": "https://xn--mnchen-3ya.example/{u}"}', NULL),
('addresses as hosts',        2,  2, NULL, '{}', '{"a": "http://[2001:db8::1]:80/{u}", "b": "http://192.0.2.7/{u}"}', NULL),
('impossible hosts',          3,  0, 'no_valid_links', '{invalid_url,invalid_url,invalid_url,invalid_url}',
  '{"a": "https://a {u}.example", "b": "http://999.1.1.1", "c": "https://exa<mple", "d": "https://p-{u}.example:70000"}', NULL),
('white space in urls',       3,  2, NULL, '{invalid_url}',
  '{"a": "  https://t-{u}.example/x  ", "b": "https://t-{u}.example/a b", "c": "https://t-{u}.example/a\nb"}', NULL),
('delete character',          2,  0, 'no_valid_links', '{invalid_url}', '{"a": "https://d-{u}.example/\u007f"}', NULL),
('user, slashes, backslash',  2,  3, NULL, '{}', '["https://me:pw@www.host-{u}.example:8443/p", "https:///x-{u}.example/y", "https://x-{u}.example\\p"]', NULL),
('2048 characters',           2,  1, NULL, '{}', '{"a": "https://l.example/{u}' || repeat('a', 2048 - 18 - 10) || '"}', NULL),
('2049 characters',           3,  0, 'no_valid_links', '{url_too_long}', '{"a": "https://l.example/{u}' || repeat('a', 2049 - 18 - 10) || '"}', NULL),
('2049 beside a link',        2,  1, NULL, '{url_too_long}',
  '{"a": "https://l.example/{u}' || repeat('ü', 2049 - 18 - 10) || '", "b": "https://l.example/{u}"}', NULL),
-- the same link again
('duplicate',                 5,  1, NULL, '{duplicate}', '{"twitter": "HTTPS://D-{u}.EXAMPLE/", "website": "https://d-{u}.example"}', NULL),
('duplicate by default port', 3,  1, NULL, '{duplicate,duplicate}',
  '{"a": "https://p-{u}.example:443/x", "bb": "https://p-{u}.example/x", "ccc": "https://p-{u}.example:/x"}', NULL),
('nearly duplicates',         3,  4, NULL, '{}',
  '{"a": "https://v.example/{u}?v=AbC", "b": "https://v.example/{u}?v=aBc", "c": "http://v.example/{u}?v=AbC", "d": "https://v.example:0443/{u}?v=AbC"}', NULL),
('exists',                    5,  1, NULL, '{exists}', '{"imdb": "https://i-{u}.example", "website": "https://e-{u}.example"}',
  '[{"label": "Old", "url": "https://E-{u}.example/", "type": "other", "position": 4}]'),
('all exist',                 4,  0, 'already_present', '{exists}', '{"website": "https://e-{u}.example"}',
  '[{"label": "Site", "url": "https://e-{u}.example", "type": "website", "position": 0}]'),
('exists, then again',        2,  0, 'already_present', '{exists,duplicate}', '{"a": "https://e-{u}.example", "bb": "https://E-{u}.example/"}',
  '[{"label": "Old", "url": "https://e-{u}.example", "type": "other", "position": 0}]'),
('exists and invalid',        2,  0, 'already_present', '{exists,invalid_url}', '{"a": "https://e-{u}.example", "bb": "nope"}',
  '[{"label": "Old", "url": "https://e-{u}.example", "type": "other", "position": 0}]'),
('beside a mail link',        2,  1, NULL, '{}', '{"a": "https://m-{u}.example"}',
  '[{"label": "Mail", "url": "mailto:a@m-{u}.example", "type": "other", "position": 2}]'),
-- large
('22 links',                  3, 22, NULL, '{}', (SELECT json_agg(format('https://n%s-{u}.example/', i) ORDER BY i) FROM generate_series(0, 21) i)::text, NULL),
('60 links under one key',    1, 60, NULL, '{}',
  json_build_object('credits', (SELECT json_agg(format('https://credits.example/{u}/%s', i) ORDER BY i) FROM generate_series(1, 60) i))::text, NULL),
('30 kB of text',             1,  1, NULL, '{unsupported_value}',
  json_build_object('a', 'https://big-{u}.example', 'note', json_build_object('text', repeat('lorem ipsum ', 2500)))::text, NULL);

-- The ordinary ones, 804 in a thousand, three links each on average: a count, and a start in the ring of keys (steps of
-- five through twelve keys: never the same key twice, all mixtures). Two of the twelve empty ones are SQL NULL.
INSERT INTO shape (name, per_mille, links, reason, rejected, source)
WITH ring (at, key, url) AS (VALUES
  (0, 'website', 'https://www.actor-{u}.example/'),         (1, 'imdb', 'https://www.imdb.com/name/nm{u}/'),
  (2, 'showreel', 'https://vimeo.com/{u}'),                 (3, 'linkedin', 'https://www.linkedin.com/in/{u}'),
  (4, 'instagram', 'https://instagram.com/{u}'),            (5, 'twitter', 'https://twitter.com/{u}'),
  (6, 'facebook', 'https://www.facebook.com/{u}'),          (7, 'youtube', 'https://www.youtube.com/watch?v={u}'),
  (8, 'Agency', 'https://agency.example/artists/{u}'),      (9, 'portfolio', 'http://portfolio.example:8080/~{u}'),
  (10, 'Voice reel', 'https://soundcloud.com/{u}/reel'),    (11, 'spotlight', 'https://www.spotlight.com/{u}#cv'))
SELECT 'ordinary, ' || count.links, count.per_mille, count.links, CASE WHEN count.links = 0 THEN 'no_data' END, '{}',
       CASE WHEN count.links > 0 OR start % 6 > 0 THEN coalesce(
         (SELECT json_object_agg(key, url) FROM generate_series(0, count.links - 1) i JOIN ring ON at = (start + 5 * i) % 12), '{}')::text END
FROM (VALUES (0, 5), (1, 9), (2, 14), (3, 16), (4, 11), (5, 6), (6, 3), (7, 2), (8, 1)) AS count (links, per_mille),
     generate_series(0, 11) AS start;

-- One row a slot of the thousand.
CREATE TEMP TABLE slot AS
SELECT row_number() OVER (ORDER BY ord) - 1 AS slot, shape.* FROM shape, generate_series(1, per_mille);
DO $$
BEGIN
  IF (SELECT count(*) FROM slot) <> 1000 THEN
    RAISE 'shapes.sql: per_mille adds up to %, not 1000', (SELECT count(*) FROM slot);
  END IF;
END $$;
