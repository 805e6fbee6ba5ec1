DROP INDEX "profile_links_userId_position_idx";

ALTER TABLE "profile_links" DROP COLUMN "position";
