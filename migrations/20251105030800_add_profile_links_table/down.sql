DROP TABLE "profile_links";

-- In the wild the column is text and the type was never there.
DROP TYPE IF EXISTS "ProfileLinkType";
