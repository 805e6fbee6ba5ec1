import { test } from 'node:test';
test('first', () => {});
test('second', () => { process.kill(process.pid, 'SIGKILL'); });
test('third', () => {});
