set(TIDEMARK_VERBS
  audit_log.cpp audit_show.cpp audit_verify.cpp convert.cpp deploy.cpp door.cpp plan.cpp
  rollback.cpp small.cpp status.cpp tell.cpp verify.cpp)
set(TIDEMARK_VERB_LIBRARIES tidemark_migrations tidemark_audit tidemark_schema tidemark_postgres)
