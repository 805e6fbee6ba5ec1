import { test, describe } from 'node:test';
import assert from 'node:assert';
describe('links', () => {
  test('lists', () => assert.ok(true));
  test('refuses # and \\ marks', () => assert.equal(1, 2));
  test('skipped', { skip: true }, () => {});
  test('to be done', { todo: true }, () => { throw new Error('x'); });
});
test('parent', async (t) => { await t.test('child', () => {}); });
