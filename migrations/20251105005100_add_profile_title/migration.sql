-- AlterTable
ALTER TABLE "profiles" ADD COLUMN "title" VARCHAR;

COMMENT ON COLUMN "profiles"."title" IS 'Professional title, such as Actor or Casting director; NULL: none given';
