/// The steps of a unit and of a start, in their order, as the target and the journal's file see them.

#include "tests/protocol/place.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("receipt first: a unit's body finds its receipt written and the lease held") {
  Place place;
  place.run([&](auto& environment, auto& run) {
    const auto end = one_unit(environment, run, [](Unit& unit) {
      CHECK(one(unit.session, "SELECT count(*) FROM tidemark.receipt WHERE pid = pg_backend_pid()") == "1");
      CHECK(one(unit.session, "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'tidemark.lease'::regclass AND mode = 'RowShareLock'") == "1");
      CHECK(to_string(unit.at).size() > 0);
    });
    CHECK(end == UnitEnd::committed);
  });
  CHECK(place.database.sql("SELECT count(*) FROM t") == "1");
}

TEST_CASE("at COMMIT the intent is in the file, witnessed by the receipt, and no outcome is") {
  Place place;
  int commits = 0;
  place.run([&](auto& environment, auto& run) {
    place.ear.commit = [&](Session& session) {
      ++commits;
      const journal::Reader reader(place.journal());  // what would be there after a kill
      const auto doubt = reader.units(journal::UnitState::in_doubt);
      REQUIRE(doubt.size() == 1);
      CHECK(reader.units(journal::UnitState::committed).empty());
      CHECK(run.journal().head().seq == doubt[0].intent);  // nor is an outcome appended that a flush could carry along
      const auto receipt = session.receipt(doubt[0].unit);
      REQUIRE(receipt);
      CHECK(receipt->seq == doubt[0].intent);
      CHECK(receipt->chain == doubt[0].intent_chain);
      return session.commit();
    };
    CHECK(one_unit(environment, run) == UnitEnd::committed);
    run.journal().flush();
    CHECK(place.units(journal::UnitState::committed) == 1);
  });
  CHECK(commits == 1);
}

TEST_CASE("COMMIT's four ways to be lost: what the target did is what the journal says") {
  struct Way {
    const char* name;
    std::function<CommitAnswer(Session&)> commit;
    UnitEnd end;
    const char* rows;
  };
  const Way way = GENERATE(values<Way>({
      {"before it reaches the server", [](Session& session) { session.cut(); return session.commit(); }, UnitEnd::voided, "0"},
      {"after, and the answer lost", [](Session& session) { session.commit(); session.cut(); return CommitAnswer::in_doubt; }, UnitEnd::committed, "1"},
      {"answered by ROLLBACK", [](Session& session) {
         try { session.query("SELECT 1/0"); } catch (const TargetError&) {}
         return session.commit();
       }, UnitEnd::voided, "0"}}));
  CAPTURE(way.name);
  Place place;
  place.run([&](auto& environment, auto& run) {
    int turns = 0;
    place.ear.commit = [&](Session& session) { return ++turns == 1 ? way.commit(session) : session.commit(); };
    CHECK(one_unit(environment, run) == way.end);
    run.journal().flush();
    CHECK(place.units(journal::UnitState::in_doubt) == 0);
    CHECK(place.units(journal::UnitState::committed) == (way.end == UnitEnd::committed ? 1 : 0));
    CHECK(place.database.sql("SELECT count(*) FROM t") == way.rows);
    CHECK(one_unit(environment, run) == UnitEnd::committed);
  });
  place.run([](auto&, auto&) {});  // sets agree: the next start goes on
}

TEST_CASE("what is given up leaves a tombstone: its COMMIT can't arrive any more") {
  Place place;
  place.run([&](auto& environment, auto& run) {
    place.ear.commit = [&, first = true](Session& session) mutable {
      if (!first) return session.commit();
      first = false;
      return CommitAnswer::in_doubt;  // not sent yet: the transaction is open until the connection is given up
    };
    CHECK(one_unit(environment, run) == UnitEnd::voided);
    CHECK(place.database.sql("SELECT state FROM tidemark.receipt") == "void");
    CHECK(place.database.sql("SELECT count(*) FROM t") == "0");
  });
  place.run([](auto&, auto&) {});
}

TEST_CASE("a unit in doubt is looked for after the lease is taken, not before") {
  Place place;
  CHECK_THROWS(place.run([](auto& environment, auto& run) { (void)one_unit(environment, run); }, "convert.committed:throw"));
  REQUIRE(place.units(journal::UnitState::in_doubt) == 1);
  place.ear.heard.clear();
  place.run([](auto&, auto&) {});
  const auto granted = place.ear.first("grant_lease");
  CHECK(granted > place.ear.first("lock_lease"));
  CHECK(place.ear.first("receipt") > granted);
  CHECK(place.ear.first("receipts") > granted);
  CHECK(place.units(journal::UnitState::committed) == 1);
}

TEST_CASE("a copy of the journal doesn't take the lease from a runner that is alive") {
  Place place;
  place.run([&](auto& environment, WritingRun& run) {
    run.journal().checkpoint();
    const auto copy = place.journal() + ".copy";
    std::filesystem::copy_file(place.journal(), copy);
    ExitCode code = ExitCode::done;
    try {
      place.run([](auto&, auto&) {}, "", copy);
    } catch (const Failure& failure) {
      code = failure.code;
    }
    CHECK(code == ExitCode::leased);
    CHECK(one_unit(environment, run) == UnitEnd::committed);  // and nothing changed for the first
  });
}

TEST_CASE("the epoch rises above the target's and above the journal's") {
  Place place;
  place.run([](auto&, auto&) {});
  SECTION("the target was restored to an epoch before") {
    place.run([](auto&, auto&) {});
    place.database.sql("UPDATE tidemark.lease SET epoch = 1, head_seq = 0, head_chain = NULL");
    place.run([](auto&, WritingRun& run) { CHECK(run.right().lease().epoch == 3); });
  }
  SECTION("another host's run went before") {
    place.database.sql("UPDATE tidemark.lease SET epoch = 7");
    place.run([](auto&, WritingRun& run) { CHECK(run.right().lease().epoch == 8); });
  }
}

TEST_CASE("a unit has one intent, and records come before it: a mistake of ours commits nothing") {
  const bool record = GENERATE(false, true);
  Place place;
  place.run([&](auto& environment, auto& run) {
    UnitOfWork units(environment, run.right(), run.connection());
    CHECK_THROWS_AS(units.run("convert", environment.limits.unit, [&](Unit& unit) {
      unit.session.query("INSERT INTO public.t VALUES (1)");
      unit.intend(intent_of(unit.id));
      record ? unit.record({journal::draft(journal::Note{}, unit.id)}) : unit.intend(intent_of(unit.id));
    }), std::logic_error);
    run.journal().flush();
    CHECK(place.units(journal::UnitState::voided) == 1);
    CHECK(one_unit(environment, run) == UnitEnd::committed);
  });
  CHECK(place.database.sql("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a unit whose number has a receipt already writes nothing") {
  Place place;
  place.run([&](auto& environment, WritingRun& run) {
    const UnitId next(run.right().lease().epoch, run.right().next_unit().number() + 1);
    place.database.sql("INSERT INTO tidemark.receipt (unit, journal, epoch, work, state, at, pid) SELECT " + std::to_string(next.value) + ", journal, epoch, 'convert', 'void', now(), 1 FROM tidemark.lease");
    const auto failure = failure_of([&] { (void)one_unit(environment, run); });
    CHECK(failure.code == ExitCode::journal);
    CHECK_THAT(failure.answer, Catch::Contains("has a receipt of this number already"));
    CHECK(place.database.sql("SELECT count(*) FROM t") == "0");
    place.database.sql("DELETE FROM tidemark.receipt");
  });
}

TEST_CASE("a receipt that witnesses another intent than the one in doubt is not taken for it") {
  Place place;
  CHECK_THROWS(place.run([](auto& environment, auto& run) { (void)one_unit(environment, run); }, "convert.committed:throw"));
  place.database.sql("UPDATE tidemark.receipt SET chain = sha256('another')");
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK(failure.code == ExitCode::journal);
  CHECK_THAT(failure.answer, Catch::Contains("another intent than this file holds"));
  CHECK(place.units(journal::UnitState::in_doubt) == 1);
}

TEST_CASE("whoever lost the lease anchors nothing") {
  Place place;
  const auto failure = failure_of([&] {
    place.run([&](auto&, WritingRun& run) {
      place.database.sql("UPDATE tidemark.lease SET token = gen_random_uuid()");
      run.anchor();
    });
  });
  CHECK(failure.code == ExitCode::leased);
}

TEST_CASE("an older copy of the journal is told by the units that it doesn't know, ten of them by name") {
  Place place;
  place.run([](auto&, auto&) {});
  std::filesystem::copy_file(place.journal(), place.journal() + ".old");
  place.run([](auto& environment, auto& run) {
    for (int i = 0; i < 12; ++i) CHECK(one_unit(environment, run) == UnitEnd::committed);
  });
  std::filesystem::copy_file(place.journal() + ".old", place.journal(), std::filesystem::copy_options::overwrite_existing);
  place.database.sql("UPDATE tidemark.lease SET head_seq = 0, head_chain = NULL");
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK(failure.code == ExitCode::journal);
  CHECK_THAT(failure.answer, Catch::Contains("2.1, 2.2,") && Catch::Contains("2.10 and 2 more"));
}

TEST_CASE("the lease's row is locked: by whom decides what to do") {
  Place place;
  place.run([](auto&, auto&) {});
  place.limits.lease_wait_ms = 40;
  const auto other = place.database.connect("9/9");
  const auto hold = [&](const std::string& application) {
    other->begin_unit(Pins{});
    other->query("SET LOCAL application_name = '" + application + "'");
    other->query("SELECT 1 FROM tidemark.lease FOR SHARE");
  };
  SECTION("a stranger's session is named, and left alone") {
    hold("psql of somebody");
    const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
    CHECK(failure.code == ExitCode::paused);
    CHECK_THAT(failure.answer, Catch::Contains("psql of somebody") && Catch::Contains("pid " + std::to_string(other->backend_pid())));
    CHECK_THAT(failure.next, Catch::Contains("end that session"));
    CHECK(one(*other, "SELECT 1") == "1");
    other->rollback();
    place.run([](auto&, auto&) {});
  }
  SECTION("a runner of this journal, which is dead since we hold the file, is ended") {
    hold("tidemark/1/1");
    place.run([](auto&, auto&) {});
    CHECK(refusal([&] { other->query("SELECT 1"); }).starts_with("connection"));
  }
  SECTION("a runner of another journal that is alive is left alone") {
    place.database.sql("UPDATE tidemark.lease SET held = true, journal = gen_random_uuid(), host = 'elsewhere'; UPDATE tidemark.beat SET at = clock_timestamp()");
    hold("tidemark/1/1");
    const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
    CHECK(failure.code == ExitCode::leased);
    CHECK_THAT(failure.next, Catch::Contains("tidemark stop"));
    CHECK(one(*other, "SELECT 1") == "1");
  }
}

TEST_CASE("a role that may not read the schema tidemark is told what it lacks") {
  Place place;
  place.run([](auto&, auto&) {});
  const auto role = place.database.role();
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}, "", place.journal() + ".new", role); });
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("may not read it"));
  CHECK_THAT(failure.next, Catch::Contains("tidemark ddl --grants"));
}

TEST_CASE("a lease of this journal that another host holds is waited for until its signs of life are old") {
  Place place;
  place.run([](auto&, auto&) {});
  place.database.sql("UPDATE tidemark.lease SET held = true, host = 'elsewhere'");
  place.database.sql("UPDATE tidemark.beat SET at = clock_timestamp()");
  CHECK(failure_of([&] { place.run([](auto&, auto&) {}); }).code == ExitCode::leased);
  place.database.sql("UPDATE tidemark.beat SET at = clock_timestamp() - interval '10 minutes'");
  place.database.sql("UPDATE tidemark.lease SET taken_at = clock_timestamp() - interval '10 minutes'");
  place.run([](auto& environment, auto& run) { CHECK(one_unit(environment, run) == UnitEnd::committed); });
}

TEST_CASE("a lease that doesn't know the journal's chain witnesses its length alone") {
  Place place;
  place.run([](auto&, auto&) {});
  place.database.sql("UPDATE tidemark.lease SET head_chain = NULL");
  place.run([](auto&, auto&) {});
  place.database.sql("UPDATE tidemark.lease SET head_chain = NULL, head_seq = 999");
  CHECK(failure_of([&] { place.run([](auto&, auto&) {}); }).code == ExitCode::journal);
}

TEST_CASE("all who hold the lease's row are named") {
  Place place;
  place.run([](auto&, auto&) {});
  place.limits.lease_wait_ms = 40;
  const auto one_of_them = place.database.connect("9/8"), another = place.database.connect("9/9");
  for (const auto* session : {&one_of_them, &another}) {
    (*session)->begin_unit(Pins{});
    (*session)->query("SET LOCAL application_name = 'somebody'");
    (*session)->query("SELECT 1 FROM tidemark.lease FOR SHARE");
  }
  const auto failure = failure_of([&] { place.run([](auto&, auto&) {}); });
  CHECK_THAT(failure.answer, Catch::Contains("pid " + std::to_string(one_of_them->backend_pid())) && Catch::Contains("; pid " + std::to_string(another->backend_pid())));
}

TEST_CASE("a unit that can't be settled in time stays in doubt for the next start") {
  Place place;
  const auto failure = failure_of([&] {
    place.run([&](auto& environment, auto& run) {
      place.ear.commit = [&](Session&) {
        environment.limits.connection_retry_ms = environment.limits.lease_wait_ms = 0;
        return CommitAnswer::in_doubt;
      };
      (void)one_unit(environment, run);
    });
  });
  CHECK(failure.code == ExitCode::paused);
  CHECK_THAT(failure.safe, Catch::Contains("the next start settles it"));
  CHECK(place.units(journal::UnitState::in_doubt) == 1);
  place.ear.commit = {};
  place.run([](auto& environment, auto& run) { CHECK(one_unit(environment, run) == UnitEnd::committed); });
  CHECK(place.units(journal::UnitState::voided) == 1);
  CHECK(place.database.sql("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a target that refuses the tombstone is an error, and the unit stays in doubt") {
  Place place;
  CHECK_THROWS_AS(place.run([&](auto& environment, auto& run) {
    place.ear.commit = [&](Session& session) {
      session.rollback();
      place.database.sql("ALTER TABLE tidemark.receipt RENAME TO hidden");
      return CommitAnswer::in_doubt;
    };
    (void)one_unit(environment, run);
  }), TargetError);
  CHECK(place.units(journal::UnitState::in_doubt) == 1);
  place.database.sql("ALTER TABLE tidemark.hidden RENAME TO receipt");
  place.ear.commit = {};
  place.run([](auto&, auto&) {});
  CHECK(place.units(journal::UnitState::voided) == 1);
  CHECK(place.database.sql("SELECT count(*) FROM t") == "0");
}
