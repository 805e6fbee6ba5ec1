describe('links', () => {
  it('lists', () => expect([1]).toHaveLength(1));
  it('refuses <41> characters', () => expect('a').toBe('b'));
  it.skip('skipped', () => {});
  it.todo('to be done');
});
