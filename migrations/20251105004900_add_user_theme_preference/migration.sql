-- AlterTable
ALTER TABLE "users" ADD COLUMN "theme" VARCHAR;

COMMENT ON COLUMN "users"."theme" IS 'Preferred theme of the interface, such as light or dark; NULL: not chosen';
