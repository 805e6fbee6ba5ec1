CREATE TABLE tags (name text PRIMARY KEY);
CREATE TABLE profile_tags (profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE, tag text NOT NULL REFERENCES tags (name), "position" integer NOT NULL, PRIMARY KEY (profile_id, tag));
CREATE INDEX profile_tags_tag_idx ON profile_tags (tag);
