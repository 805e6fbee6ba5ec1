-- An application at work while the conversion runs: each session calls app.work(its number) and stays in its own quarter of the profiles,
-- so that no two sessions of the application can deadlock: whatever dies in a deadlock or waits too long did so because of us.
CREATE SCHEMA app;
CREATE TABLE app.stop (at timestamptz);
CREATE TABLE app.deleted (id uuid);                    -- links that the application deleted, ours among them
CREATE TABLE app.did (session integer, what text, at timestamptz DEFAULT clock_timestamp());

-- What two spellings of one plain link have in common.
CREATE FUNCTION app.same(url text) RETURNS text IMMUTABLE RETURN regexp_replace(lower(url), '^https?://(www[.])?|/+$', '', 'g');

CREATE PROCEDURE app.work(mine integer) LANGUAGE plpgsql AS $$
DECLARE
  dice integer; n integer := 0; p record; u uuid; new_user uuid;
BEGIN
  PERFORM set_config('lock_timeout', '5s', false);
  PERFORM setseed(mine / 10.0);
  WHILE NOT EXISTS (SELECT FROM app.stop) LOOP
    n := n + 1;
    dice := floor(random() * 12);
    SELECT id, "userId" INTO p FROM profiles WHERE abs(hashtext("userId"::text)) % 4 = mine OFFSET floor(random() * 400) LIMIT 1;
    CONTINUE WHEN p.id IS NULL;
    CASE dice
    WHEN 0, 1 THEN -- a link of the user's own; only the foreign keys lock
      INSERT INTO profile_links (id, "userId", "profileId", label, url, type, position, "updatedAt")
        VALUES (gen_random_uuid(), p."userId", p.id, 'app', 'https://app.example/' || mine || '/' || n, 'other', n, now());
    WHEN 2 THEN -- the very link that the conversion would create, unless it is there: lock, then look, as an application should
      PERFORM FROM profiles WHERE id = p.id FOR UPDATE;
      INSERT INTO profile_links (id, "userId", "profileId", label, url, type, position, "updatedAt")
        SELECT gen_random_uuid(), "userId", id, 'app', "socialLinks" ->> 'website', 'website', 0, now() FROM profiles
        WHERE id = p.id AND jsonb_typeof("socialLinks") = 'object' AND "socialLinks" ->> 'website' ~ '^https://[a-z0-9.-]+$'
          AND NOT EXISTS (SELECT FROM profile_links l WHERE l."profileId" = p.id AND app.same(l.url) = app.same("socialLinks" ->> 'website'));
    WHEN 3 THEN -- the same in a long transaction, which holds the locks
      PERFORM FROM profiles WHERE id = p.id FOR UPDATE;
      PERFORM pg_sleep(random() * 0.2);
      UPDATE profile_links SET label = 'edited', "updatedAt" = now() WHERE "profileId" = p.id;
      PERFORM pg_sleep(random() * 0.1);
      UPDATE users SET bio = 'edited ' || n WHERE id = p."userId";
    WHEN 4 THEN -- the user first, then the profile: the other way round
      UPDATE users SET bio = 'edited ' || n WHERE id = p."userId";
      PERFORM FROM users WHERE id = p."userId" FOR UPDATE;
      PERFORM pg_sleep(random() * 0.15);
      UPDATE profiles SET headline = 'edited ' || n WHERE id = p.id;
      UPDATE profile_links SET label = 'edited', "updatedAt" = now() WHERE "profileId" = p.id;
    WHEN 5, 6 THEN -- the old source is edited
      UPDATE profiles SET "socialLinks" = jsonb_build_object('website', 'https://new-' || mine || '-' || n || '.example', 'imdb', 'https://www.imdb.com/name/n' || n)
        WHERE id = p.id;
    WHEN 7 THEN -- a link is edited
      UPDATE profile_links SET label = 'edited', "updatedAt" = now() WHERE id = (SELECT id FROM profile_links WHERE "profileId" = p.id LIMIT 1);
    WHEN 8 THEN -- a link is deleted
      WITH gone AS (DELETE FROM profile_links WHERE id = (SELECT id FROM profile_links WHERE "profileId" = p.id LIMIT 1) RETURNING id)
        INSERT INTO app.deleted SELECT id FROM gone;
    WHEN 9 THEN -- someone new, with a source
      new_user := gen_random_uuid();
      INSERT INTO users (id, username, email, password, "displayName", "updatedAt")
        VALUES (new_user, 'app' || mine || '-' || n, 'app' || mine || '-' || n || '@app.example', '', '', now());
      INSERT INTO profiles (id, "userId", "vanityUrl", "socialLinks", "updatedAt")
        VALUES (gen_random_uuid(), new_user, 'app' || mine || '-' || n, jsonb_build_object('showreel', 'https://reel-' || mine || '-' || n || '.example'), now());
    WHEN 10 THEN -- someone leaves, with all that is theirs
      IF n % 3 = 0 THEN
        PERFORM FROM users WHERE id = p."userId" FOR UPDATE;
        DELETE FROM users WHERE id = p."userId";
      END IF;
    ELSE -- thinks again: a long transaction that comes to nothing
      UPDATE profiles SET "socialLinks" = '{"website": "https://never.example"}' WHERE id = p.id;
      DELETE FROM profile_links WHERE "profileId" = p.id;
      PERFORM pg_sleep(random() * 0.2);
      ROLLBACK;
    END CASE;
    INSERT INTO app.did (session, what) VALUES (mine, dice::text);
    COMMIT;
    PERFORM pg_sleep(random() * 0.002);
  END LOOP;
END $$;
