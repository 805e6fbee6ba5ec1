import { it } from 'vitest';
it('is never reached', () => {});
throw new Error('crash while loading');
