-- Valine before the four migrations, and the history that Prisma has of it. :id_type is uuid or text.
-- Times are literals: the same seed gives the same bytes on any day in any zone.
CREATE TABLE users (
  id :id_type PRIMARY KEY, username text NOT NULL UNIQUE, email text NOT NULL UNIQUE, password text NOT NULL, "displayName" text NOT NULL,
  bio text, avatar text, name text, role text NOT NULL DEFAULT 'artist',
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" timestamp(3) NOT NULL);
CREATE TABLE profiles (
  id :id_type PRIMARY KEY, "userId" :id_type NOT NULL UNIQUE REFERENCES users(id) ON DELETE CASCADE ON UPDATE CASCADE, "vanityUrl" text NOT NULL UNIQUE,
  headline text, bio text, roles text[], location jsonb, privacy jsonb NOT NULL DEFAULT '{}', tags text[], "socialLinks" jsonb,
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" timestamp(3) NOT NULL);

CREATE TABLE _prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations (id, checksum, started_at, finished_at, migration_name, applied_steps_count)
SELECT id, encode(sha256(convert_to(name, 'UTF8')), 'hex'), at, at + interval '0.2 s', name, 1
FROM (VALUES ('5f0c1f0e-6f7a-4c5b-9d0e-1a2b3c4d5e6f', '20251104192045_init', timestamptz '2025-11-04 19:21:03.114+00'),
             ('a3d9b8c7-2e1f-4a6b-8c5d-7e8f9a0b1c2d', '20251104193308_init', timestamptz '2025-11-04 19:33:41.907+00')) AS v (id, name, at);
