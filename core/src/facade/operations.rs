//! The table of operations.

use super::{Operation, typed};

/// Calls a macro with every operation: function name, operation name, implementation, input type,
/// output type, summary. Bindings derive their typed faces from it; the classes that it needs are
/// those that inputs and outputs reach, so no list of them is kept anywhere.
#[macro_export]
macro_rules! for_each_operation {
    ($then:ident) => {
        $then! {
            automation_apply: "automation.apply", $crate::workflow::automation::apply, $crate::workflow::automation::AutomationApplyInput => $crate::workflow::WorkflowOutcome, "Lets something happen to an instance of an automation, and says what the host is to do.";
            automation_replay: "automation.replay", $crate::workflow::automation::replay, $crate::workflow::automation::AutomationReplayInput => $crate::workflow::WorkflowReplay, "Plays the history of an instance of an automation from its beginning.";
            automation_start: "automation.start", $crate::workflow::automation::start, $crate::workflow::automation::AutomationStartInput => $crate::workflow::WorkflowOutcome, "Lets an automation wait for its trigger.";
            automation_validate: "automation.validate", $crate::workflow::automation::validate, $crate::workflow::automation::AutomationInput => $crate::workflow::WorkflowFindings, "Tells everything that is wrong with an automation.";
            automation_workflow: "automation.workflow", $crate::workflow::automation::workflow, $crate::workflow::automation::AutomationInput => $crate::workflow::automation::AutomationWorkflow, "Gives the workflow that an automation stands for.";
            calendar_next: "calendar.next", $crate::kernel::calendar::next, $crate::kernel::calendar::CalendarNextInput => $crate::kernel::calendar::CalendarNext, "Tells when a wall clock shows a time of day next, on any day or on given days of the week.";
            commission_evaluate: "commission.evaluate", $crate::commission::evaluate, $crate::commission::EvaluateInput => $crate::commission::Evaluation, "What an event earns, for whom and why.";
            commission_guarantee: "commission.guarantee", $crate::commission::guarantee, $crate::commission::GuaranteeInput => $crate::commission::GuaranteeSettlement, "Settles what partners are paid at least in each period: what to add, and what to take back.";
            commission_merge: "commission.merge", $crate::commission::merge, $crate::commission::MergeInput => $crate::commission::Merged, "Merges the states of the parts of a history that were run apart.";
            commission_refund: "commission.refund", $crate::commission::refund, $crate::commission::RefundInput => $crate::commission::Evaluation, "What a refund takes back of the lines that were posted.";
            commission_reinstate: "commission.reinstate", $crate::commission::reinstate, $crate::commission::ReinstateInput => $crate::commission::Evaluation, "What is given again of the lines that an undone refund took back.";
            commission_replay: "commission.replay", $crate::commission::replay, $crate::commission::ReplayInput => $crate::commission::Replay, "Replays a history of events and refunds from its beginning.";
            commission_what_if: "commission.what_if", $crate::commission::what_if, $crate::commission::WhatIfInput => $crate::commission::WhatIf, "Runs two plans over one history, and tells what differs by partner, rule and period.";
            delivery_decide: "delivery.decide", $crate::workflow::delivery::decide, $crate::workflow::delivery::DeliveryInput => $crate::workflow::delivery::DeliveryOutcome, "Tells whether a message may be sent now, has to wait, or is not sent, and why.";
            delivery_validate: "delivery.validate", $crate::workflow::delivery::validate, $crate::workflow::delivery::DeliveryPolicyInput => $crate::workflow::delivery::DeliveryFindings, "Tells everything that is wrong with a delivery policy.";
            explain_text: "explain.text", $crate::commission::tell, $crate::commission::ExplainInput => $crate::commission::Explanation, "Tells each step of an explanation as a sentence.";
            expression_evaluate: "expression.evaluate", $crate::kernel::expression::evaluate, $crate::kernel::expression::ExpressionInput => $crate::kernel::expression::ExpressionOutcome, "Evaluates an expression over given values.";
            fraud_check: "fraud.check", $crate::fraud::check, $crate::fraud::FraudCheckInput => $crate::fraud::FraudChecked, "Judges a click, conversion, partner or payout beside others, and says what the policy does about it.";
            fraud_describe_policy: "fraud.describe_policy", $crate::fraud::describe_policy, $crate::fraud::FraudPolicyInput => $crate::fraud::FraudPolicyReference, "Checks a fraud policy, and says how results refer to it.";
            fraud_run: "fraud.run", $crate::fraud::run, $crate::fraud::FraudRunInput => $crate::fraud::FraudRun, "Judges a history of clicks, conversions, partners and payouts.";
            ladder_levels: "ladder.levels", $crate::kernel::ladder::history, $crate::kernel::ladder::LadderHistoryInput => $crate::kernel::ladder::LadderHistory, "Replays what was measured through a ladder's windows and tells every change of level.";
            ladder_progress: "ladder.progress", $crate::kernel::ladder::progress, $crate::kernel::ladder::LadderProgressInput => $crate::kernel::ladder::LadderProgress, "Says where somebody stands on a ladder: the next level, what is missing, and when the level held would fall.";
            ladder_rank: "ladder.rank", $crate::kernel::ladder::rank, $crate::kernel::ladder::RankingInput => $crate::kernel::ladder::Ranking, "Ranks entries by a measure: who comes first, who shares a place, and how far it is to the next.";
            ledger_audit: "ledger.audit", $crate::kernel::ledger::audited, $crate::kernel::ledger::LedgerAuditInput => $crate::kernel::ledger::LedgerAudit, "Tells every rule of a ledger that a list of postings breaks.";
            ledger_balances: "ledger.balances", $crate::kernel::ledger::balances, $crate::kernel::ledger::LedgerBalancesInput => $crate::kernel::ledger::LedgerBalances, "Sums postings to the balance of every account and asset.";
            money_allocate: "money.allocate", $crate::kernel::money::allocate, $crate::kernel::money::AllocateInput => $crate::kernel::money::MoneyAllocation, "Splits an amount by weights; the parts sum to the whole.";
            money_convert: "money.convert", $crate::kernel::money::convert, $crate::kernel::money::ConvertInput => $crate::kernel::money::Money, "Converts an amount of money at an exchange rate, rounded once.";
            money_round: "money.round", $crate::kernel::money::round, $crate::kernel::money::RoundInput => $crate::kernel::money::Money, "Rounds an amount of money to its currency's minor unit.";
            plan_describe: "plan.describe", $crate::commission::describe, $crate::commission::PlanInput => $crate::commission::PlanDescription, "Checks a commission plan and says what it reads, keeps and may be cut by.";
            plan_in_force: "plan.in_force", $crate::commission::in_force, $crate::commission::PlanInForceInput => $crate::commission::PlanInForce, "Finds the version of a plan that an event belongs to, by its time or that of its attribution.";
            plan_lint: "plan.lint", $crate::commission::lint, $crate::commission::PlanLintInput => $crate::commission::PlanLint, "Warns of what a valid plan allows and probably does not mean.";
            payout_adjust: "payout.adjust", $crate::payout::adjust, $crate::payout::AdjustInput => $crate::payout::Posting, "Posts an adjustment or the write-off of a debt, with its reason and who approved it.";
            payout_audit: "payout.audit", $crate::payout::audit, $crate::payout::PayoutAuditInput => $crate::payout::PayoutAudit, "Tells every rule of the books that a list of postings breaks.";
            payout_balances: "payout.balances", $crate::payout::balances, $crate::payout::PayoutBalancesInput => $crate::payout::PayoutBalances, "Sums the postings to what each partner has, and tells where each payout stands.";
            payout_describe_policy: "payout.describe_policy", $crate::payout::describe_policy, $crate::payout::PayoutPolicyInput => $crate::payout::PayoutPolicyReference, "Checks a payout policy, and says how results refer to it.";
            payout_ledger: "payout.ledger", $crate::payout::ledger, $crate::payout::PayoutLedgerInput => $crate::payout::PayoutLedger, "Turns payout postings into those of the general ledger.";
            payout_post: "payout.post", $crate::payout::post, $crate::payout::PostInput => $crate::payout::Postings, "Posts commission lines: from the program to the partner, pending until payable.";
            payout_propose: "payout.propose", $crate::payout::propose, $crate::payout::ProposeInput => $crate::payout::Proposal, "Proposes who is paid how much at a cut-off, and says why the others are not.";
            payout_settle: "payout.settle", $crate::payout::settle, $crate::payout::SettleInput => $crate::payout::Posting, "Posts what became of a payout: it was started, completed, failed, rejected or returned.";
            payout_statement: "payout.statement", $crate::payout::statement, $crate::payout::StatementInput => $crate::payout::Statement, "States how a partner's balance became what it is, over a period.";
            payout_statements: "payout.statements", $crate::payout::statements, $crate::payout::StatementsInput => $crate::payout::Statements, "States the same of every partner with a balance or a movement.";
            payout_withdraw: "payout.withdraw", $crate::payout::withdraw, $crate::payout::WithdrawInput => $crate::payout::Withdrawal, "Takes a withdrawal that a partner asks for, or says everything that stands in its way.";
            payout_withhold: "payout.withhold", $crate::payout::withhold, $crate::payout::WithholdInput => $crate::payout::Postings, "Posts what is to be withheld of a year's earnings, and gives back what no longer is.";
            queue_apply: "queue.apply", $crate::workflow::queue::apply, $crate::workflow::queue::QueueApplyInput => $crate::workflow::queue::QueueOutcome, "Lets something happen to a task queue, and offers what waits if the queue says so.";
            queue_assign: "queue.assign", $crate::workflow::queue::assign, $crate::workflow::queue::QueueAssignInput => $crate::workflow::queue::QueueOutcome, "Offers every waiting task of a queue, as far as there is somebody for it.";
            queue_next: "queue.next", $crate::workflow::queue::next, $crate::workflow::queue::QueueNextInput => $crate::workflow::queue::QueueOutcome, "Offers a worker who asks the first waiting task that the worker may do.";
            queue_validate: "queue.validate", $crate::workflow::queue::validate, $crate::workflow::queue::QueueInput => $crate::workflow::queue::QueueFindings, "Tells everything that is wrong with a task queue.";
            schedule_rate: "schedule.rate", $crate::kernel::schedule::rate, $crate::kernel::schedule::ScheduleRateInput => $crate::kernel::schedule::ScheduleRating, "Rates events by a tiered schedule, one after the other, and says which steps pay.";
            template_render: "template.render", $crate::workflow::template::render, $crate::workflow::template::RenderInput => $crate::workflow::template::RenderedMessage, "Writes a message from a template, in a language of the recipient.";
            template_stats: "template.stats", $crate::workflow::template::stats, $crate::workflow::template::TemplateStatsInput => $crate::workflow::template::TemplateStatistics, "Counts what became of the messages of each template: sent, opened, clicked, failed.";
            template_validate: "template.validate", $crate::workflow::template::validate, $crate::workflow::template::TemplateInput => $crate::workflow::template::TemplateFindings, "Tells everything that is wrong with a template, or was probably not meant.";
            usage_describe_prices: "usage.describe_prices", $crate::usage::describe_prices, $crate::usage::PriceBookInput => $crate::usage::PriceBookReference, "Checks a price book, and says how results refer to it.";
            usage_rate: "usage.rate", $crate::usage::rate, $crate::usage::UsageRateInput => $crate::usage::UsageRating, "Rates metered usage by a price book to the lines of invoices, and says what is due.";
            webhook_sign: "webhook.sign", $crate::workflow::webhook::sign, $crate::workflow::webhook::WebhookSignInput => $crate::workflow::webhook::WebhookSignature, "Signs a webhook, by Standard Webhooks.";
            webhook_verify: "webhook.verify", $crate::workflow::webhook::verify, $crate::workflow::webhook::WebhookVerifyInput => $crate::workflow::webhook::WebhookVerdict, "Tells whether a webhook that came in was sent by somebody who has the secret, and lately.";
            workflow_accepts: "workflow.accepts", $crate::workflow::accepts, $crate::workflow::WorkflowAcceptsInput => $crate::workflow::WorkflowAccepts, "Tells what an instance waits for, and whether it would take it.";
            workflow_apply: "workflow.apply", $crate::workflow::apply, $crate::workflow::WorkflowApplyInput => $crate::workflow::WorkflowOutcome, "Lets an event, a step's end or time change an instance, and says what the host is to do.";
            workflow_describe: "workflow.describe", $crate::workflow::describe, $crate::workflow::WorkflowInput => $crate::workflow::WorkflowDescription, "Checks a workflow, and says what it is made of.";
            workflow_diagram: "workflow.diagram", $crate::workflow::diagram, $crate::workflow::WorkflowDiagramInput => $crate::workflow::WorkflowDiagram, "Draws a workflow, and where an instance stands.";
            workflow_explore: "workflow.explore", $crate::workflow::explore, $crate::workflow::WorkflowExploreInput => $crate::workflow::WorkflowExploration, "Explores what can become of an instance: dead ends, and the shortest way to a state.";
            workflow_migrate: "workflow.migrate", $crate::workflow::migrate, $crate::workflow::MigrateInput => $crate::workflow::MigrateOutcome, "Takes an instance over into another version of its workflow.";
            workflow_next_due: "workflow.next_due", $crate::workflow::next_due, $crate::workflow::WorkflowSnapshotInput => $crate::workflow::WorkflowDue, "Tells when something is due next.";
            workflow_ready_made: "workflow.ready_made", $crate::workflow::ready_made, $crate::workflow::ReadyMadeInput => $crate::workflow::ReadyMade, "Gives a ready-made workflow, or the list of them.";
            workflow_replay: "workflow.replay", $crate::workflow::replay, $crate::workflow::WorkflowReplayInput => $crate::workflow::WorkflowReplay, "Plays the history of an instance from its beginning.";
            workflow_retry: "workflow.retry", $crate::workflow::retry, $crate::workflow::RetryInput => $crate::workflow::RetryOutcome, "Tells how long to wait after so many failed attempts.";
            workflow_run: "workflow.run", $crate::workflow::run, $crate::workflow::WorkflowRunInput => $crate::workflow::WorkflowRun, "Lets the same event, or time, change many instances of one workflow.";
            workflow_start: "workflow.start", $crate::workflow::start, $crate::workflow::WorkflowStartInput => $crate::workflow::WorkflowOutcome, "Begins an instance of a workflow.";
            workflow_stats: "workflow.stats", $crate::workflow::stats, $crate::workflow::WorkflowStatsInput => $crate::workflow::WorkflowStats, "Counts over the logs of instances: time in each stage, handoffs, and what became of steps.";
            workflow_validate: "workflow.validate", $crate::workflow::validate, $crate::workflow::WorkflowInput => $crate::workflow::WorkflowFindings, "Tells everything that is wrong with a workflow, or was probably not meant.";
        }
    };
}

macro_rules! table {
    ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {
        /// Everything that guerdon can do, in the order of the reference.
        pub const OPERATIONS: &[Operation] = &[$(
            Operation {
                name: $name,
                function: stringify!($function),
                summary: $summary,
                input: <$input as crate::kernel::document::Model>::SHAPE,
                output: <$output as crate::kernel::document::Model>::SHAPE,
                run: |text| typed::<$input, $output, _>(text, $run),
            },
        )+];
    };
}

crate::for_each_operation!(table);
