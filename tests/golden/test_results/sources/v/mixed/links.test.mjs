import { describe, it, expect } from 'vitest';
describe('links', () => {
  it('lists', () => expect([1]).toHaveLength(1));
  it('refuses <41> characters & "quotes"', () => expect('a').toBe('b'));
  it.skip('skipped', () => {});
  it.todo('to be done');
  it.fails('is expected to fail', () => { throw new Error('x'); });
});
