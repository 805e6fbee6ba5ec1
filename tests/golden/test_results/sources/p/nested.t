use Test::More;
subtest "links" => sub { plan tests => 2; ok(1, "lists"); ok(0, "refuses"); };
ok(1, "after");
done_testing;
