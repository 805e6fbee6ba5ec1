ALTER TABLE "profiles" DROP COLUMN "title";
