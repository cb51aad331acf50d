//! Classic BPF programs, from their assembly to the kernel's `struct sock_filter`: the language of bpf_asm and of
//! tcpdump -d, or the four numbers of each instruction, as tcpdump -dd and -ddd write them.

use std::collections::HashMap;

/// The size of an instruction.
pub const SIZE: usize = 8;

/// Classes of instructions, and how they find what they work on.
const LD: u16 = 0;
const LDX: u16 = 1;
const ST: u16 = 2;
const STX: u16 = 3;
const ALU: u16 = 4;
const JMP: u16 = 5;
const RET: u16 = 6;
const MISC: u16 = 7;
const HALF: u16 = 0x08;
const BYTE: u16 = 0x10;
const ABS: u16 = 0x20;
const IND: u16 = 0x40;
const MEM: u16 = 0x60;
const LEN: u16 = 0x80;
const MSH: u16 = 0xa0;
const X: u16 = 0x08;
const A: u16 = 0x10;
const TXA: u16 = 0x80;

/// Arithmetic by name.
const ARITHMETIC: &[(&str, u16)] = &[
    ("add", 0x00),
    ("sub", 0x10),
    ("mul", 0x20),
    ("div", 0x30),
    ("or", 0x40),
    ("and", 0x50),
    ("lsh", 0x60),
    ("rsh", 0x70),
    ("mod", 0x90),
    ("xor", 0xa0),
];

/// Comparisons by name, each with whether its two ways change places.
const COMPARISONS: &[(&str, u16, bool)] = &[
    ("jeq", 0x10, false),
    ("jne", 0x10, true),
    ("jneq", 0x10, true),
    ("jgt", 0x20, false),
    ("jle", 0x20, true),
    ("jge", 0x30, false),
    ("jlt", 0x30, true),
    ("jset", 0x40, false),
];

/// What a filter can ask of a packet besides its bytes: numbers from here on.
const EXTENSIONS_AT: u32 = 0xffff_f000;
const EXTENSIONS: &[(&str, u32)] = &[
    ("proto", 0),
    ("type", 4),
    ("ifidx", 8),
    ("nla", 12),
    ("nlan", 16),
    ("mark", 20),
    ("queue", 24),
    ("hatype", 28),
    ("rxhash", 32),
    ("cpu", 36),
    ("vlan_tci", 44),
    ("vlan_avail", 48),
    ("vlan_pr", 48),
    ("poff", 52),
    ("rand", 56),
    ("vlan_tpid", 60),
];

/// An instruction, and where it jumps to as it is written.
struct Line {
    code: u16,
    k: u32,
    /// Where to when it holds, and when it does not.
    ways: [Way; 2],
}

/// Where a jump goes.
enum Way {
    /// So many instructions on.
    On(u32),
    /// To the instruction of that number.
    To(u32),
    /// To a label.
    Label(String),
}

impl Line {
    fn plain(code: u16, k: u32) -> Self {
        Self { code, k, ways: [Way::On(0), Way::On(0)] }
    }
}

/// The program that these lines are. What is wrong with one comes with its number, counted from 0.
pub fn assemble(lines: &[&str]) -> Result<Vec<u8>, (usize, String)> {
    let (mut program, mut labels) = (Vec::new(), HashMap::new());
    let mut count = None;
    for (i, line) in lines.iter().enumerate() {
        let told = |why: String| (i, why);
        let mut text = line.split(';').next().unwrap_or("").trim();
        // tcpdump -d numbers its lines: `(000)`.
        if let Some((number, rest)) = text.strip_prefix('(').and_then(|t| t.split_once(')'))
            && number.parse::<u32>().is_ok()
        {
            text = rest.trim();
        }
        while let Some((label, rest)) = text.split_once(':') {
            let label = label.trim();
            if label.is_empty() || !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(told(format!("`{label}` is no label")));
            }
            if labels.insert(label.to_string(), program.len()).is_some() {
                return Err(told(format!("the label {label} stands twice")));
            }
            text = rest.trim();
        }
        match numbers(text) {
            _ if text.is_empty() => {}
            Some(numbers) => match *numbers.as_slice() {
                [code, on, off, k] => {
                    let code = u16::try_from(code).map_err(|_| told(format!("{code} is no instruction of BPF")))?;
                    program.push((i, Line { code, k, ways: [Way::On(on), Way::On(off)] }));
                }
                // tcpdump -ddd begins with how many there are.
                [all] if program.is_empty() && count.is_none() => count = Some(all),
                _ => return Err(told("an instruction is four numbers: code, jt, jf, k".into())),
            },
            None => program.push((i, instruction(text).map_err(told)?)),
        }
    }
    if let Some(all) = count.filter(|all| *all as usize != program.len()) {
        return Err((0, format!("{all} instructions are announced, and {} follow", program.len())));
    }
    encode(&program, &labels)
}

/// The program as bytes, each jump with how far it goes.
fn encode(program: &[(usize, Line)], labels: &HashMap<String, usize>) -> Result<Vec<u8>, (usize, String)> {
    let mut bytes = Vec::with_capacity(program.len() * SIZE);
    for (at, (i, line)) in program.iter().enumerate() {
        let told = |why: String| (*i, why);
        let distance = |way: &Way| {
            let target = match way {
                Way::On(n) => return Ok(*n),
                Way::To(n) => *n as usize,
                Way::Label(label) => *labels.get(label).ok_or_else(|| told(format!("there is no label {label}")))?,
            };
            let far = target.checked_sub(at + 1);
            far.and_then(|n| u32::try_from(n).ok()).ok_or_else(|| told("a jump goes forward".into()))
        };
        let (on, off) = (distance(&line.ways[0])?, distance(&line.ways[1])?);
        // Only the jump without a condition goes as far as it likes.
        let (on, off, k) = if line.code == JMP { (0, 0, line.k.wrapping_add(on)) } else { (on, off, line.k) };
        let short = |n: u32| u8::try_from(n).map_err(|_| told("a jump goes 255 instructions at most".into()));
        bytes.extend(line.code.to_ne_bytes());
        bytes.extend([short(on)?, short(off)?]);
        bytes.extend(k.to_ne_bytes());
    }
    Ok(bytes)
}

/// The numbers that a line is made of, if it is: with blanks or commas between, in braces or not.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let text = text.trim_end_matches(',').trim_start_matches('{').trim_end_matches('}');
    let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
    parts.map(number).collect()
}

/// A number in decimal, or after 0x in hexadecimal; one below zero is its bits.
fn number(word: &str) -> Option<u32> {
    let (negative, digits) = word.strip_prefix('-').map_or((false, word), |digits| (true, digits));
    let n = match digits.strip_prefix("0x") {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => i64::from_str_radix(hex, 16).ok()?,
        None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    let n = if negative { -n } else { n };
    u32::try_from(n).or_else(|_| i32::try_from(n).map(|n| n as u32)).ok()
}

/// One line of assembly: the name, then what it works on, with commas or blanks between.
fn instruction(text: &str) -> Result<Line, String> {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let unfit = || match rest {
        "" => format!("what {name} works on is missing"),
        _ => format!("{name} does not take `{rest}`"),
    };
    let plain = |found: Option<(u16, u32)>| found.map(|(code, k)| Line::plain(code, k)).ok_or_else(unfit);
    if let Some((_, op)) = ARITHMETIC.iter().find(|(n, _)| *n == name) {
        let found = match immediate(rest) {
            Some(k) => Some((ALU | op, k)),
            None => is_x(rest).then_some((ALU | op | X, 0)),
        };
        return plain(found);
    }
    if let Some((_, op, swapped)) = COMPARISONS.iter().find(|(n, ..)| *n == name) {
        return compare(*op, *swapped, rest).ok_or_else(unfit);
    }
    match name {
        "ld" => plain(load(0, rest)),
        "ldh" => plain(load(HALF, rest).filter(|(code, _)| code & HALF != 0)),
        "ldb" => plain(load(BYTE, rest).filter(|(code, _)| code & BYTE != 0)),
        "ldi" => plain(immediate(rest).or_else(|| number(rest)).map(|k| (LD, k))),
        "ldx" | "ldxb" | "ldxi" => plain(load_x(rest)),
        "st" => plain(memory(rest).map(|k| (ST, k))),
        "stx" => plain(memory(rest).map(|k| (STX, k))),
        "neg" if rest.is_empty() => plain(Some((ALU | 0x80, 0))),
        "tax" if rest.is_empty() => plain(Some((MISC, 0))),
        "txa" if rest.is_empty() => plain(Some((MISC | TXA, 0))),
        "ret" => plain(match rest {
            "a" | "%a" => Some((RET | A, 0)),
            _ if is_x(rest) => Some((RET | X, 0)),
            _ => immediate(rest).map(|k| (RET, k)),
        }),
        "ja" | "jmp" => {
            let to = match immediate(rest) {
                Some(n) => Way::On(n),
                None => way(rest).ok_or_else(unfit)?,
            };
            Ok(Line { code: JMP, k: 0, ways: [to, Way::On(0)] })
        }
        _ => Err(format!("`{name}` is no instruction of BPF")),
    }
}

fn is_x(word: &str) -> bool {
    matches!(word, "x" | "%x")
}

/// `#5`.
fn immediate(word: &str) -> Option<u32> {
    number(word.strip_prefix('#')?.trim())
}

/// `M[3]`.
fn memory(word: &str) -> Option<u32> {
    number(word.strip_prefix("M[")?.strip_suffix(']')?.trim())
}

/// What is loaded into the accumulator, in that size.
fn load(size: u16, rest: &str) -> Option<(u16, u32)> {
    let bare = rest.strip_prefix('#').unwrap_or(rest);
    if let Some((_, offset)) = EXTENSIONS.iter().find(|(name, _)| *name == bare) {
        return Some((LD | size | ABS, EXTENSIONS_AT + offset));
    }
    if let Some(inner) = rest.strip_prefix('[').and_then(|r| r.strip_suffix(']')) {
        let inner: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
        let indexed = inner.strip_prefix("x+").or(inner.strip_prefix("%x+"));
        return match indexed {
            Some(k) => Some((LD | size | IND, number(k)?)),
            None => Some((LD | size | ABS, number(&inner)?)),
        };
    }
    match bare {
        _ if size != 0 => None,
        "len" | "pktlen" => Some((LD | LEN, 0)),
        _ => immediate(rest).map(|k| (LD, k)).or_else(|| memory(rest).map(|k| (LD | MEM, k))),
    }
}

/// What is loaded into the index register.
fn load_x(rest: &str) -> Option<(u16, u32)> {
    let tight: String = rest.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(at) = tight.strip_prefix("4*([").and_then(|t| t.strip_suffix("]&0xf)")) {
        return Some((LDX | BYTE | MSH, number(at)?));
    }
    match tight.strip_prefix('#').unwrap_or(&tight) {
        "len" | "pktlen" => Some((LDX | LEN, 0)),
        _ => immediate(&tight).map(|k| (LDX, k)).or_else(|| memory(&tight).map(|k| (LDX | MEM, k))),
    }
}

/// A comparison with a number or the index register, and one way or both.
fn compare(op: u16, swapped: bool, rest: &str) -> Option<Line> {
    let words: Vec<&str> = rest.split(|c: char| c == ',' || c.is_whitespace()).filter(|w| !w.is_empty()).collect();
    let [with, ways @ ..] = words.as_slice() else { return None };
    let (code, k) = match immediate(with) {
        Some(k) => (JMP | op, k),
        None => is_x(with).then_some((JMP | op | X, 0))?,
    };
    let absolute = |word: &str| number(word).map(Way::To);
    let [on, off] = match *ways {
        [on] => [way(on)?, Way::On(0)],
        [on, off] => [way(on)?, way(off)?],
        // tcpdump -d counts from the program's start.
        ["jt", on, "jf", off] => [absolute(on)?, absolute(off)?],
        _ => return None,
    };
    Some(Line { code, k, ways: if swapped { [off, on] } else { [on, off] } })
}

/// Where a jump goes: a number says how many instructions are left out, any other word is a label.
fn way(word: &str) -> Option<Way> {
    let label = || !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    number(word).map(Way::On).or_else(|| label().then(|| Way::Label(word.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<(u16, u8, u8, u32)> {
        let bytes = assemble(lines).unwrap();
        let row =
            |b: &[u8]| (u16::from_ne_bytes([b[0], b[1]]), b[2], b[3], u32::from_ne_bytes([b[4], b[5], b[6], b[7]]));
        bytes.chunks(SIZE).map(row).collect()
    }

    #[test]
    fn all_forms_of_one_program_are_the_same() {
        // tcpdump -d ip, -ddd ip, -dd ip, and that of bpf_asm.
        let ip = vec![(40, 0, 0, 12), (21, 0, 1, 2048), (6, 0, 0, 262_144), (6, 0, 0, 0)];
        assert_eq!(rows(&["(000) ldh [12]", "(001) jeq #0x800 jt 2 jf 3", "(002) ret #262144", "(003) ret #0"]), ip);
        assert_eq!(rows(&["4", "40 0 0 12", "21 0 1 2048", "6 0 0 262144", "6 0 0 0"]), ip);
        assert_eq!(
            rows(&["{ 0x28, 0, 0, 0x0000000c },", "{0x15,0,1,0x800},", "{ 0x6, 0, 0, 0x00040000 },", "6,0,0,0"]),
            ip
        );
        assert_eq!(rows(&["ldh [12]", "jne #0x800, drop", "ret #262144", "drop: ret #0 ; no"]), ip);
        assert_eq!(rows(&["ldh [12]", "jeq #0x800 0 1", "ret #262144", "ret #0"]), ip);
    }

    #[test]
    fn every_instruction_has_the_number_of_the_header() {
        for (text, row) in [
            ("ld [x + 4]", (0x40, 0, 0, 4)),
            ("ldb [9]", (0x30, 0, 0, 9)),
            ("ldh [%x+2]", (0x48, 0, 0, 2)),
            ("ld #len", (0x80, 0, 0, 0)),
            ("ld M[3]", (0x60, 0, 0, 3)),
            ("ld #7", (0, 0, 0, 7)),
            ("ldi 7", (0, 0, 0, 7)),
            ("ldx 4*([14]&0xf)", (0xb1, 0, 0, 14)),
            ("ldxb 4 * ([14] & 0xf)", (0xb1, 0, 0, 14)),
            ("ldx #1", (1, 0, 0, 1)),
            ("ldx M[2]", (0x61, 0, 0, 2)),
            ("ldx len", (0x81, 0, 0, 0)),
            ("st M[1]", (2, 0, 0, 1)),
            ("stx M[1]", (3, 0, 0, 1)),
            ("add #1", (4, 0, 0, 1)),
            ("sub x", (0x1c, 0, 0, 0)),
            ("neg", (0x84, 0, 0, 0)),
            ("tax", (7, 0, 0, 0)),
            ("txa", (0x87, 0, 0, 0)),
            ("ret a", (0x16, 0, 0, 0)),
            ("ret x", (0x0e, 0, 0, 0)),
            ("ret #-1", (6, 0, 0, u32::MAX)),
            ("ld proto", (0x20, 0, 0, 0xffff_f000)),
            ("ldb #type", (0x30, 0, 0, 0xffff_f004)),
            ("ld rand", (0x20, 0, 0, 0xffff_f038)),
            ("ja 0", (5, 0, 0, 0)),
        ] {
            assert_eq!(rows(&[text]), [row], "{text}");
        }
        assert_eq!(rows(&["jmp end", "ret #1", "end: ret #0"])[0], (5, 0, 0, 1));
        assert_eq!(rows(&["jset #1, a, b", "a: ret #1", "b: ret #0"])[0], (0x45, 0, 1, 1));
        assert_eq!(rows(&["jgt x, a", "ret #0", "a: ret #1"])[0], (0x2d, 1, 0, 0));
        assert_eq!(rows(&["jle #9, a", "ret #0", "a: ret #1"])[0], (0x25, 0, 1, 9));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (lines, at, why) in [
            (&["foo #1"][..], 0, "no instruction"),
            (&["ret #0", "ldh #5"], 1, "does not take"),
            (&["jeq #1, nowhere"], 0, "no label nowhere"),
            (&["a: ret #0", "ja a"], 1, "forward"),
            (&["a: a: ret #0"], 0, "twice"),
            (&["1 2 3"], 0, "four numbers"),
            (&["3", "6 0 0 0"], 0, "announced"),
            (&["jeq #1 300 0"], 0, "255"),
            (&["70000 0 0 0"], 0, "no instruction"),
            (&["ret #4294967296"], 0, "does not take"),
            (&["ld [x+]"], 0, "does not take"),
        ] {
            let (line, told) = assemble(lines).unwrap_err();
            assert!(line == at && told.contains(why), "{lines:?}: {line} {told}");
        }
    }
}
