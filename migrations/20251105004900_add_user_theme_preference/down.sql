ALTER TABLE "users" DROP COLUMN "theme";
