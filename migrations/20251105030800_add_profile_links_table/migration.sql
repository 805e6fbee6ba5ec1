-- CreateEnum
CREATE TYPE "ProfileLinkType" AS ENUM ('website', 'imdb', 'showreel', 'other');

-- CreateTable
-- Ids are of the type of users.id: uuid in new databases, text in older ones.
DO $profile_links$
DECLARE
  id_type text;
BEGIN
  SELECT pg_catalog.format_type(atttypid, atttypmod) INTO STRICT id_type
  FROM pg_catalog.pg_attribute WHERE attrelid = '"users"'::pg_catalog.regclass AND attname = 'id' AND NOT attisdropped;

  EXECUTE pg_catalog.format($table$
    CREATE TABLE "profile_links" (
      "id" %1$s NOT NULL,
      "userId" %1$s NOT NULL,
      "profileId" %1$s NOT NULL,
      "label" VARCHAR(40) NOT NULL,
      "url" TEXT NOT NULL,
      "type" "ProfileLinkType" NOT NULL,
      "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      "updatedAt" TIMESTAMP(3) NOT NULL,

      CONSTRAINT "profile_links_pkey" PRIMARY KEY ("id")
    )$table$, id_type);
END
$profile_links$;

-- CreateIndex
CREATE INDEX "profile_links_userId_idx" ON "profile_links"("userId");

-- CreateIndex
CREATE INDEX "profile_links_profileId_idx" ON "profile_links"("profileId");

-- AddForeignKey
ALTER TABLE "profile_links" ADD CONSTRAINT "profile_links_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile_links" ADD CONSTRAINT "profile_links_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "profiles"("id") ON DELETE CASCADE ON UPDATE CASCADE;
