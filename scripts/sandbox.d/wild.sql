-- profile_links as it is in the wild: type and label are text, and there is no enum.
ALTER TABLE profile_links ALTER COLUMN type TYPE text USING type::text, ALTER COLUMN label TYPE text;
DROP TYPE "ProfileLinkType";
