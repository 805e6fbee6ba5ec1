it('adds', () => expect(1 + 1).toBe(2));
it('subtracts', () => expect(1 - 1).toBe(0));
