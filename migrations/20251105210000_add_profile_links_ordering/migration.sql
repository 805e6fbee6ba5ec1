-- AlterTable
ALTER TABLE "profile_links" ADD COLUMN "position" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "profile_links_userId_position_idx" ON "profile_links"("userId", "position");
