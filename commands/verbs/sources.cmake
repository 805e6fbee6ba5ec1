set(TIDEMARK_VERBS
  adopt.cpp audit_diff.cpp audit_export.cpp audit_log.cpp audit_replay.cpp audit_show.cpp audit_verify.cpp backup.cpp backups.cpp convert.cpp data_steps.cpp deploy.cpp door.cpp journal_archive.cpp journal_erase.cpp moments.cpp plan.cpp preflight.cpp reconcile.cpp rehearsal_clone.cpp rehearsal_tell.cpp rehearse.cpp reconcile_lost.cpp
  redo.cpp report.cpp rollback.cpp schema_preview.cpp scope.cpp scratch.cpp small.cpp status.cpp tell.cpp undoing.cpp verify.cpp)
set(TIDEMARK_VERB_LIBRARIES tidemark_migrations tidemark_report tidemark_audit tidemark_schema tidemark_postgres)
list(APPEND TIDEMARK_VERBS evening.cpp evening_gate.cpp evening_phases.cpp evening_rollback.cpp evening_steps.cpp evening_tell.cpp plan_check.cpp run.cpp)
list(APPEND TIDEMARK_VERB_LIBRARIES tidemark_runbook)
list(APPEND TIDEMARK_VERBS evening_application.cpp monitor.cpp monitor_options.cpp monitor_screen.cpp)
list(APPEND TIDEMARK_VERBS integration.cpp recording.cpp smoke.cpp)
list(APPEND TIDEMARK_VERBS restore.cpp restore_tell.cpp)
list(APPEND TIDEMARK_VERBS pacing.cpp status_watch.cpp)
list(APPEND TIDEMARK_VERBS audit_replay_into.cpp)
