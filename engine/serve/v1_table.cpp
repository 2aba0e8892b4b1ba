// The routes of /api/v1. A new one is a line here, and is then served, described and tested for each role.

#include "serve/v1_handlers.h"

namespace shopbell {
namespace {

using enum Permission;
using namespace v1;

constexpr V1Route routes[] = {
    {"GET", "/session", signed_in, show_session, "Who I am, and what I may do."},
    {"POST", "/session", anyone, sign_in, "Signs in, by a cookie.", "email:string! password:string!"},
    {"DELETE", "/session", signed_in, sign_out, "Signs out."},
    {"PUT", "/session/password", signed_in, change_password, "Changes my password; all other sessions end.", "old:string! new:string!"},
    {"POST", "/setup", anyone, set_up, "Sets a password by a one-time link, and signs in.", "token:string! password:string! name:string email:string"},

    {"GET", "/people", people_manage, list_people, "The shop's people."},
    {"POST", "/people", people_manage, add_person, "Adds somebody, and gives a one-time link to set a password by.", "email:string! name:string! role:string! agent:string"},
    {"PATCH", "/people/{id}", people_manage, edit_person, "Changes somebody's name, role or working name.", "name:string role:string agent:string"},
    {"DELETE", "/people/{id}", people_manage, remove_person, "Removes somebody, with sessions and drafts."},
    {"POST", "/people/{id}/link", people_manage, link_for_person, "A new one-time link to set a password by."},
    {"GET", "/tokens", people_manage, list_tokens, "Tokens for programs, without their secrets."},
    {"POST", "/tokens", people_manage, add_token, "Makes a token; its secret is told once.", "name:string! scopes:texts!"},
    {"DELETE", "/tokens/{id}", people_manage, remove_token, "A token is void from now on."},
    {"GET", "/audit", audit_read, list_audit, "Who did what, newest first.", {}, "limit after"},
    {"GET", "/audit/verify", audit_read, check_audit, "Whether the audit trail is as it was written."},

    {"GET", "/conversations", inbox_read, list_conversations, "Conversations of a view, the last that something was said in first.", {}, "view q subject limit after"},
    {"GET", "/conversations/counts", inbox_read, count_conversations, "How many are open, by who has them."},
    {"GET", "/conversations/{id}", inbox_read, show_conversation, "One, with its messages and notes, its ticket and suggestions.", {}, "subject"},
    {"POST", "/conversations/{id}/takeover", inbox_write, take_over, "I have it from now on.", "epoch:integer! subject:string", "subject"},
    {"POST", "/conversations/{id}/assign", inbox_write, assign, "Somebody has it from now on.", "epoch:integer! agent:string! subject:string", "subject"},
    {"POST", "/conversations/{id}/hand-over", inbox_write, hand_over, "It waits in a queue.", "epoch:integer! queue:string! subject:string", "subject"},
    {"POST", "/conversations/{id}/hand-back", inbox_write, hand_back, "The bot has it again.", "epoch:integer! subject:string", "subject"},
    {"POST", "/conversations/{id}/snooze", inbox_write, snooze, "Out of sight until then, or the next message.", "epoch:integer! until:string subject:string", "subject"},
    {"POST", "/conversations/{id}/resolve", inbox_write, resolve, "It is done.", "epoch:integer! subject:string", "subject"},
    {"POST", "/conversations/{id}/reopen", inbox_write, reopen, "It is open again, and mine.", "epoch:integer! subject:string", "subject"},
    {"POST", "/conversations/{id}/tags", inbox_write, label, "Sets tags and priority.", "epoch:integer! tags:texts priority:string subject:string", "subject"},
    {"POST", "/conversations/{id}/replies", inbox_write, reply, "Answers the customer, unless somebody wrote or answered meanwhile.", "text:string! epoch:integer! last_seen:string subject:string", "subject"},
    {"POST", "/conversations/{id}/merge", inbox_write, merge, "Takes another of the same customer into it.", "epoch:integer! from:string! from_epoch:integer! subject:string", "subject"},
    {"POST", "/conversations/{id}/split", inbox_write, split, "From that message on it is a conversation of its own, which is the answer.", "epoch:integer! message:string! subject:string", "subject"},
    {"POST", "/conversations/{id}/macro", inbox_write, use_macro, "Does all that a macro says, or nothing of it.", "macro:string! epoch:integer! last_seen:string subject:string", "subject"},
    {"POST", "/conversations/{id}/notes", inbox_write, add_note, "A note for the team; no customer is told of it.", "text:string! subject:string", "subject"},
    {"GET", "/conversations/{id}/draft", inbox_write, show_draft, "What I have written and not sent.", {}, "subject"},
    {"PUT", "/conversations/{id}/draft", inbox_write, keep_draft, "Keeps what I have written.", "text:string!", "subject"},
    {"DELETE", "/conversations/{id}/draft", inbox_write, drop_draft, "Drops it.", {}, "subject"},
    {"POST", "/conversations/{id}/draft", inbox_write, suggest_reply, "A reply that a language model suggests, with its sources; 404 assist_off where none is configured.", "subject:string", "subject"},
    {"POST", "/conversations/{id}/summary", inbox_write, summarise, "The conversation in a few sentences, by the same.", "subject:string", "subject"},
    {"POST", "/conversations/{id}/presence", inbox_read, tell_presence, "That I look, and whether I type; told again within 40 seconds.", "looking:boolean typing:boolean subject:string", "subject"},
    {"GET", "/saved-replies", inbox_read, list_saved_replies, "Texts that are used again; with a conversation, as they read there, as `filled`.", {}, "conversation subject"},
    {"POST", "/saved-replies", inbox_write, add_saved_reply, "Keeps one.", "name:string! text:string!"},
    {"PUT", "/saved-replies/{id}", inbox_write, change_saved_reply, "Changes one.", "name:string! text:string!"},
    {"DELETE", "/saved-replies/{id}", inbox_write, drop_saved_reply, "Drops one."},
    {"GET", "/macros", inbox_read, list_macros, "Several commands under one name."},
    {"POST", "/macros", inbox_write, add_macro, "Keeps one: an answer, tags, who has it then (`me`: whoever uses it), and `then` resolve or snooze.", "name:string! text:string tags:texts priority:string agent:string queue:string then:string snooze_hours:integer"},
    {"PUT", "/macros/{id}", inbox_write, change_macro, "Changes one.", "name:string! text:string tags:texts priority:string agent:string queue:string then:string snooze_hours:integer"},
    {"DELETE", "/macros/{id}", inbox_write, remove_macro, "Drops one."},
    {"GET", "/intents", inbox_read, list_intents, "What messages can be about, and in which mood."},
    {"POST", "/corrections", inbox_write, correct, "What a message is really about, how it sounds, or what became of a suggested answer (used, edited, ignored): for the next training.",
     "text:string! intent:string mood:string answer:string source:string by:string"},

    {"GET", "/customers", customers_read, list_customers, "Customers, by a few letters of what is known of them.", {}, "q limit after"},
    {"GET", "/customers/{id}", customers_read, show_customer, "One by any name, with the timeline."},
    {"POST", "/customers/{id}/consent", inbox_write, change_consent, "What the customer agrees to, or does not any more, as told to a person.", "channel:string! given:boolean! purpose:string"},
    {"POST", "/customers/{id}/export", customers_decide, export_customer, "Gathers all that is kept about a customer; the answer names the request."},
    {"POST", "/customers/{id}/erase", customers_decide, erase_customer, "Forgets a customer for good. confirm: the e-mail address or id, typed.", "confirm:string!"},
    {"GET", "/tickets", inbox_read, list_tickets, "Work that was handed to people.", {}, "subject queue workflow run limit after"},
    {"GET", "/messages", inbox_read, list_messages, "What was said, newest first.", {}, "subject run limit after"},
    {"GET", "/queues", inbox_read, show_queues, "Queues and agents, as of now."},
    {"PUT", "/agents/{name}", inbox_write, set_agent, "Whether somebody is there: online, away, offline.", "status:string!"},
    {"GET", "/segments", customers_read, list_segments, "Segments that somebody is in."},
    {"GET", "/segments/{name}", customers_read, show_segment, "Who is in one.", {}, "limit after", "Page"},

    {"GET", "/events", runs_read, list_events, "Events, newest first.", {}, "subject type q limit after"},
    {"GET", "/events/{id}", runs_read, show_event, "One by its id or its key, with its data."},
    {"GET", "/runs", runs_read, list_runs, "Runs, newest first; since and until are days or instants, q is looked for in what was noted, too.", {}, "workflow status subject event since until q limit after"},
    {"GET", "/runs/{id}", runs_read, show_run, "One, step by step, on its workflow's graph."},
    {"POST", "/runs/{id}/retry", runs_decide, retry_run, "A failed run's step again.", "subject:string"},
    {"POST", "/runs/{id}/skip", runs_decide, skip_run, "A failed run goes on behind its step.", "subject:string"},
    {"POST", "/runs/{id}/cancel", runs_decide, cancel_run, "Ends a failed or an open run.", "subject:string"},
    {"POST", "/runs/{id}/retime", runs_decide, retime_run, "When a run that waits for a time goes on; what has passed: at once.", "due:string! subject:string"},
    {"POST", "/runs/retime", runs_decide, retime_many, "The same for many at once.", "due:string! runs:texts workflow:string subject:string all:boolean before:integer"},
    {"GET", "/attention", runs_read, list_attention, "Failed runs that nobody has decided about.", {}, "workflow step subject limit after"},
    {"POST", "/attention/{verb}", runs_decide, decide_many, "retry, skip or cancel: many at once.", "runs:texts workflow:string step:string subject:string since:string all:boolean before:integer"},
    {"GET", "/calls", runs_read, list_calls, "Calls, newest first.", {}, "run subject workflow status limit after"},
    {"GET", "/why", runs_read, why, "What came of an event; or what a workflow decided about a customer, and why.", {}, "event customer workflow at"},

    {"GET", "/workflows", workflows_read, list_workflows, "Workflows as they run."},
    {"POST", "/workflows/check", workflows_read, check_workflow, "What is wrong with a text, as the engine reads it.", "yaml:string! name:string"},
    {"POST", "/workflows/test", workflows_read, test_workflow, "Runs the tests of a text, on virtual time.", "yaml:string! name:string"},
    {"POST", "/workflows/complete", workflows_read, complete_workflow, "What may stand at a place of a text that is being written; column: where it begins.", "yaml:string! line:integer! column:integer!"},
    {"POST", "/workflows/hover", workflows_read, explain_workflow, "What stands at a place of a text, and what it means.", "yaml:string! line:integer! column:integer!"},
    {"GET", "/workflows/{name}", workflows_read, show_workflow, "One, with its text, graph and versions."},
    {"PUT", "/workflows/{name}", workflows_write, put_workflow, "Deploys a text, unless another was deployed meanwhile.", "yaml:string! hash:string"},
    {"GET", "/workflows/{name}/versions/{hash}", workflows_read, show_version, "The text of a version."},
    {"POST", "/workflows/{name}/rollback", workflows_write, take_workflow_back, "Deploys an older version again.", "to:string! hash:string!"},

    {"GET", "/config", workflows_read, show_config, "The parts of shopbell.yaml that may be edited here, and the file's etag."},
    {"PUT", "/config/{part}", workflows_write, change_config, "Puts a part in its place, if the whole shop has no mistake with it and the file is the one that was seen.", "yaml:string! etag:string!"},

    {"GET", "/gallery", workflows_read, list_gallery, "Workflows that are ready to be adopted: what each does and needs."},
    {"GET", "/gallery/{name}", workflows_read, show_ready, "One, with its text and graph."},
    {"POST", "/gallery/{name}/adopt", workflows_write, adopt, "Puts it among the shop's workflows, if it has no mistake there and none of that name is there."},
    {"POST", "/backtests", workflows_write, begin_backtest, "What the recorded log would have come to with a text: begun here, one at a time.", "yaml:string! name:string days:integer"},
    {"GET", "/backtests/{id}", workflows_write, show_backtest, "How far it is; at its end what differs from the workflows as they are."},
    {"POST", "/backtests/{id}/cancel", workflows_write, cancel_backtest, "Ends it."},

    {"GET", "/sources", sources_read, list_sources, "How each source behaves."},
    {"GET", "/sources/{name}/rejected", sources_read, list_rejected, "Requests of it that were refused within a week, without their texts.", {}, "limit after"},
    {"POST", "/sources/{name}/rejected/{id}/resend", runs_decide, resend_rejected, "Gives one once more: it is verified anew."},
    {"DELETE", "/sources/{name}/rejected/{id}", runs_decide, drop_rejected, "Drops one."},
    {"GET", "/requests", sources_read, list_requests, "What people asked for by law.", {}, "limit after"},
    {"GET", "/requests/{id}", customers_decide, show_request, "One, and when it was done."},
    {"GET", "/requests/{id}/file", customers_decide, download_request, "What was exported by it, as a file."},
    {"GET", "/report", reports_read, show_report, "How well it goes, with a row for each day.", {}, "days"},
    {"GET", "/openapi.json", signed_in, describe, "This description."},

    {"GET", "/live", signed_in, open_live, "A WebSocket of what happens, from a number on.", {}, "after"},
};

}  // namespace

std::span<const V1Route> v1_routes() { return routes; }

}  // namespace shopbell
