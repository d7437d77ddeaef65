//! The table of operations.

use super::{Operation, typed};

/// Calls a macro with every operation: function name, operation name, implementation, input type,
/// output type, summary. Bindings use it to derive their typed faces.
#[macro_export]
macro_rules! for_each_operation {
    ($then:ident) => {
        $then! {
            ladder_levels: "ladder.levels", $crate::kernel::ladder::history, $crate::kernel::ladder::LadderHistoryInput => $crate::kernel::ladder::LadderHistory, "Replays what was measured through a ladder's windows and tells every change of level.";
            ladder_progress: "ladder.progress", $crate::kernel::ladder::progress, $crate::kernel::ladder::LadderProgressInput => $crate::kernel::ladder::LadderProgress, "Says where somebody stands on a ladder: the next level, what is missing, and when the level held would fall.";
            money_round: "money.round", $crate::kernel::money::round, $crate::kernel::money::RoundInput => $crate::kernel::money::Money, "Rounds an amount of money to its currency's minor unit.";
            schedule_rate: "schedule.rate", $crate::kernel::schedule::rate, $crate::kernel::schedule::ScheduleRateInput => $crate::kernel::schedule::ScheduleRating, "Rates events by a tiered schedule, one after the other, and says which steps pay.";
        }
    };
}

/// Calls a macro with every type that a typed language has a class for, and the operations' words
/// left out; a test holds this list to what the operations reach.
#[macro_export]
macro_rules! for_each_class {
    ($then:ident, $module:ident) => {
        $then! { $module:
            $crate::kernel::ladder::LadderChange,
            $crate::kernel::ladder::LadderHistory,
            $crate::kernel::ladder::LadderHistoryInput,
            $crate::kernel::ladder::LadderMeasured,
            $crate::kernel::ladder::LadderProgress,
            $crate::kernel::ladder::LadderProgressInput,
            $crate::kernel::ladder::LadderStanding,
            $crate::kernel::money::Money,
            $crate::kernel::money::RoundInput,
            $crate::kernel::problem::Problem,
            $crate::kernel::schedule::SchedulePiece,
            $crate::kernel::schedule::ScheduleRateInput,
            $crate::kernel::schedule::ScheduleRating,
            $crate::kernel::schedule::ScheduledAmount,
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
