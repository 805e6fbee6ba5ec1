use Test::More tests => 4;
ok(1, 'lists');
ok(0, 'refuses');
SKIP: { skip 'no server', 1; }
TODO: { local $TODO = 'later'; ok(0, 'to be done'); }
