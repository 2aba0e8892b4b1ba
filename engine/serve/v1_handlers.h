#pragma once
// The handlers of /api/v1, by file; what each is for stands beside it in v1_table.cpp.

#include "serve/v1.h"

namespace shopbell::v1 {

// v1_session.cpp
V1Answer show_session(V1Parts&, V1Ask&);
V1Answer sign_in(V1Parts&, V1Ask&);
V1Answer sign_out(V1Parts&, V1Ask&);
V1Answer change_password(V1Parts&, V1Ask&);
V1Answer set_up(V1Parts&, V1Ask&);

// v1_people.cpp
V1Answer list_people(V1Parts&, V1Ask&);
V1Answer add_person(V1Parts&, V1Ask&);
V1Answer edit_person(V1Parts&, V1Ask&);
V1Answer remove_person(V1Parts&, V1Ask&);
V1Answer link_for_person(V1Parts&, V1Ask&);
V1Answer list_tokens(V1Parts&, V1Ask&);
V1Answer add_token(V1Parts&, V1Ask&);
V1Answer remove_token(V1Parts&, V1Ask&);
V1Answer list_audit(V1Parts&, V1Ask&);
V1Answer check_audit(V1Parts&, V1Ask&);

// v1_inbox.cpp
V1Answer list_conversations(V1Parts&, V1Ask&);
V1Answer count_conversations(V1Parts&, V1Ask&);
V1Answer show_conversation(V1Parts&, V1Ask&);
V1Answer take_over(V1Parts&, V1Ask&);
V1Answer assign(V1Parts&, V1Ask&);
V1Answer hand_over(V1Parts&, V1Ask&);
V1Answer hand_back(V1Parts&, V1Ask&);
V1Answer snooze(V1Parts&, V1Ask&);
V1Answer resolve(V1Parts&, V1Ask&);
V1Answer reopen(V1Parts&, V1Ask&);
V1Answer label(V1Parts&, V1Ask&);
V1Answer reply(V1Parts&, V1Ask&);
V1Answer add_note(V1Parts&, V1Ask&);
V1Answer show_draft(V1Parts&, V1Ask&);
V1Answer suggest_reply(V1Parts&, V1Ask&);
V1Answer summarise(V1Parts&, V1Ask&);
V1Answer keep_draft(V1Parts&, V1Ask&);
V1Answer drop_draft(V1Parts&, V1Ask&);
V1Answer tell_presence(V1Parts&, V1Ask&);
V1Answer list_saved_replies(V1Parts&, V1Ask&);
V1Answer add_saved_reply(V1Parts&, V1Ask&);
V1Answer change_saved_reply(V1Parts&, V1Ask&);
V1Answer drop_saved_reply(V1Parts&, V1Ask&);
V1Answer correct(V1Parts&, V1Ask&);

// v1_moves.cpp
V1Answer merge(V1Parts&, V1Ask&);
V1Answer split(V1Parts&, V1Ask&);

// v1_macros.cpp
V1Answer list_macros(V1Parts&, V1Ask&);
V1Answer add_macro(V1Parts&, V1Ask&);
V1Answer change_macro(V1Parts&, V1Ask&);
V1Answer remove_macro(V1Parts&, V1Ask&);
V1Answer use_macro(V1Parts&, V1Ask&);

// v1_customers.cpp
V1Answer change_consent(V1Parts&, V1Ask&);
V1Answer export_customer(V1Parts&, V1Ask&);
V1Answer erase_customer(V1Parts&, V1Ask&);
V1Answer show_request(V1Parts&, V1Ask&);
V1Answer download_request(V1Parts&, V1Ask&);

// v1_config.cpp
V1Answer show_config(V1Parts&, V1Ask&);
V1Answer change_config(V1Parts&, V1Ask&);

// v1_heard.cpp
V1Answer list_intents(V1Parts&, V1Ask&);

// v1_live.cpp
V1Answer open_live(V1Parts&, V1Ask&);

// v1_runs.cpp
V1Answer list_runs(V1Parts&, V1Ask&);
V1Answer show_run(V1Parts&, V1Ask&);
V1Answer retry_run(V1Parts&, V1Ask&);
V1Answer skip_run(V1Parts&, V1Ask&);
V1Answer cancel_run(V1Parts&, V1Ask&);
V1Answer decide_many(V1Parts&, V1Ask&);
V1Answer list_attention(V1Parts&, V1Ask&);
V1Answer list_calls(V1Parts&, V1Ask&);
V1Answer list_events(V1Parts&, V1Ask&);
V1Answer show_event(V1Parts&, V1Ask&);
V1Answer why(V1Parts&, V1Ask&);

// v1_workflows.cpp
V1Answer list_workflows(V1Parts&, V1Ask&);
V1Answer show_workflow(V1Parts&, V1Ask&);
V1Answer show_version(V1Parts&, V1Ask&);
V1Answer check_workflow(V1Parts&, V1Ask&);
V1Answer test_workflow(V1Parts&, V1Ask&);
V1Answer put_workflow(V1Parts&, V1Ask&);
V1Answer take_workflow_back(V1Parts&, V1Ask&);

// v1_shop.cpp
V1Answer list_customers(V1Parts&, V1Ask&);
V1Answer show_customer(V1Parts&, V1Ask&);
V1Answer list_tickets(V1Parts&, V1Ask&);
V1Answer list_messages(V1Parts&, V1Ask&);
V1Answer list_requests(V1Parts&, V1Ask&);
V1Answer list_sources(V1Parts&, V1Ask&);
V1Answer show_queues(V1Parts&, V1Ask&);
V1Answer set_agent(V1Parts&, V1Ask&);
V1Answer list_segments(V1Parts&, V1Ask&);
V1Answer show_segment(V1Parts&, V1Ask&);

// v1_openapi.cpp
V1Answer describe(V1Parts&, V1Ask&);

// v1_editing.cpp
V1Answer complete_workflow(V1Parts&, V1Ask&);
V1Answer explain_workflow(V1Parts&, V1Ask&);

// v1_gallery.cpp
V1Answer list_gallery(V1Parts&, V1Ask&);
V1Answer show_ready(V1Parts&, V1Ask&);
V1Answer adopt(V1Parts&, V1Ask&);

// v1_retime.cpp
V1Answer retime_run(V1Parts&, V1Ask&);
V1Answer retime_many(V1Parts&, V1Ask&);

// v1_rejected.cpp
V1Answer list_rejected(V1Parts&, V1Ask&);
V1Answer resend_rejected(V1Parts&, V1Ask&);
V1Answer drop_rejected(V1Parts&, V1Ask&);

// v1_report.cpp
V1Answer show_report(V1Parts&, V1Ask&);

// v1_backtests.cpp
V1Answer begin_backtest(V1Parts&, V1Ask&);
V1Answer show_backtest(V1Parts&, V1Ask&);
V1Answer cancel_backtest(V1Parts&, V1Ask&);

}  // namespace shopbell::v1
