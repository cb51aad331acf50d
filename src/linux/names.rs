//! Every name of the kernel's that stands for a number, in one place.

use super::constants::{
    AI_FLAGS, Constants, FAMILIES, HOWS, MSG_FLAGS, NI_FLAGS, OTHERS, POLL_EVENTS, PROTOCOLS, TYPES,
};
use super::flags::{ORIGINS, TIMESTAMPING};
use super::options;

/// All the sets.
pub static SETS: [&Constants; 11] = [
    &FAMILIES,
    &TYPES,
    &PROTOCOLS,
    &MSG_FLAGS,
    &AI_FLAGS,
    &NI_FLAGS,
    &OTHERS,
    &HOWS,
    &POLL_EVENTS,
    &TIMESTAMPING,
    &ORIGINS,
];

/// The number of a name in any of the sets, of an option, or of an option's level.
pub fn find_any(name: &str) -> Option<i32> {
    SETS.iter()
        .find_map(|set| set.find(name))
        .or_else(|| options::by_name(name).map(|option| option.number))
        .or_else(|| options::level(name))
}
