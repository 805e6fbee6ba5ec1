// What a hand-written script does: one SELECT a profile, one transaction a link. Measured by scripts/bench against the conversion.
// usage: node row_by_row.mjs URL PROFILES     (the pg package is found from the working directory)
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';

const { Client } = createRequire(process.cwd() + '/')('pg');
const [url, limit] = process.argv.slice(2);
const client = new Client({ connectionString: url });
await client.connect();
const { rows: ids } = await client.query('SELECT id FROM profiles ORDER BY id LIMIT $1', [limit]);
const began = process.hrtime.bigint();
let links = 0;
for (const { id } of ids) {
  const { rows: [profile] } = await client.query('SELECT id, "userId", "socialLinks" FROM profiles WHERE id = $1', [id]);
  if (profile.socialLinks === null || typeof profile.socialLinks !== 'object' || Array.isArray(profile.socialLinks)) continue;
  let position = 0;
  for (const [key, value] of Object.entries(profile.socialLinks)) {
    if (typeof value !== 'string' || !/^https?:/.test(value)) continue;
    await client.query('BEGIN');
    await client.query(
      'INSERT INTO profile_links (id, "userId", "profileId", label, url, type, "createdAt", "updatedAt", position) VALUES ($1, $2, $3, $4, $5, $6, now(), now(), $7)',
      [randomUUID(), profile.userId, profile.id, key.slice(0, 40), value, 'other', position++],
    );
    await client.query('COMMIT');
    ++links;
  }
}
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
console.log(`${ids.length} ${links} ${seconds}`);
await client.end();
