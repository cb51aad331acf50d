//! A set of named numbers: it gives numbers for names, and names for numbers.

/// A name, its number and what it means.
pub type Row = (&'static str, i64, &'static str);

/// A set of named numbers.
#[derive(Debug)]
pub struct Constants {
    /// What one of them is.
    pub noun: &'static str,
    /// The page of the manual that documents them.
    pub man: &'static str,
    /// The documented names, in the order they are shown.
    pub(super) documented: &'static [Row],
    /// Other names that are understood: short forms, second names. Those that mean the same as a documented one need
    /// no words of their own.
    pub(super) also: &'static [Row],
    /// The bits that hold one value out of several; the others are flags of their own.
    pub(super) choice: i32,
}

/// Each set stands here once.
impl PartialEq for Constants {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Constants {}

impl Constants {
    /// The number of that name, documented or short, as a C `int` has it.
    pub fn find(&self, name: &str) -> Option<i32> {
        self.number(name).map(|number| number as i32)
    }

    /// The number of that name, documented or short.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.rows().find(|(n, ..)| *n == name).map(|(_, number, _)| *number)
    }

    /// Every name with its number and meaning, the documented ones first.
    pub fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.documented.iter().chain(self.also)
    }

    /// The documented names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.documented.iter().map(|(name, ..)| *name)
    }

    /// The documented name of exactly that number; where it has none, another that means something of its own.
    pub fn name_of(&self, value: i32) -> Option<&'static str> {
        let own = self.also.iter().filter(|(.., about)| !about.is_empty());
        self.documented.iter().chain(own).find(|(_, number, _)| *number as i32 == value).map(|(name, ..)| *name)
    }

    /// The documented names of the flags in a number, joined as they could be typed: `MSG_TRUNC|MSG_EOR`. What
    /// has no name is shown in hexadecimal; no flags are empty text.
    pub fn join(&self, bits: i32) -> String {
        let mut parts = Vec::new();
        if self.choice != 0 {
            let chosen = bits & self.choice;
            parts.push(self.name_of(chosen).map_or_else(|| chosen.to_string(), str::to_owned));
        }
        let mut left = bits & !self.choice;
        for (name, bit, _) in self.documented {
            let bit = *bit as i32;
            if bit != 0 && bit & self.choice == 0 && left & bit == bit {
                parts.push((*name).to_owned());
                left &= !bit;
            }
        }
        if left != 0 {
            parts.push(format!("{left:#x}"));
        }
        parts.join("|")
    }
}

/// Rows of libc's numbers, each under its own name; a number that libc lacks stands behind its name.
macro_rules! named {
    (@number $name:ident) => { libc::$name as i64 };
    (@number $name:ident $number:expr) => { $number as i64 };
    ($($name:ident $(= $number:expr)?, $about:expr;)*) => {
        &[$((stringify!($name), named!(@number $name $($number)?), $about)),*]
    };
}
pub(super) use named;
