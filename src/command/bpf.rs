//! Classic BPF programs: `bpf`.

use super::{Args, Command, Group, Kind, base, err, some};
use crate::value::{Failure, Holds, Value, bpf};
use crate::world::{Step, World};

/// The call.
pub(super) const COMMANDS: &[Command] = &[BPF];

const BPF: Command = Command {
    name: "bpf",
    summary: "make a classic BPF program, for SO_ATTACH_FILTER",
    notes: &[
        "An instruction is written as bpf_asm and tcpdump -d have it (\"ldh [12]\", \"jeq #0x800, yes, no\", \"no: ret #0\"), or as \
         its four numbers code, jt, jf and k, as tcpdump -dd and -ddd have it (\"40 0 0 12\"). ret says how many bytes of \
         the packet are kept: 0 drops it, #-1 keeps all.",
        "A filter of an AF_PACKET socket of type SOCK_RAW sees the frame from its link header on; that of a UDP socket sees the \
         datagram from the UDP header on, that of a TCP socket the segment from the TCP header on.",
    ],
    params: &[some("LINE", Kind::Any).is("an instruction, or a text or list with several")],
    results: &[("program", Holds::Bytes)],
    returns: "the program as bytes, eight for each instruction (struct sock_filter)",
    c: "struct sock_filter code[] = { BPF_STMT(BPF_LD|BPF_H|BPF_ABS, 12), BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, 0x800, 0, 1), ... };",
    man: "socket(7)",
    errors: &[err("Usage", "a line is no instruction of BPF, or jumps back or to a label that is not there")],
    example: "arp = bpf \"ldh [12]\" \"jne #0x806, drop\" \"ret #-1\" \"drop: ret #0\"\nlen $arp\n\
              same = bpf \"40 0 0 12\" \"21 0 1 0x806\" \"6 0 0 0xffffffff\" \"6 0 0 0\"\nassert $arp == $same",
    related: &["SO_ATTACH_FILTER", "SO_DETACH_FILTER", "SO_LOCK_FILTER", "SO_GET_FILTER", "AF_PACKET"],
    run: program,
    ..base(Group::Octets)
};

/// The lines of a value: of a list those of its entries, where four numbers are one.
fn lines(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::List(list) => {
            let items = list.items();
            if !items.is_empty() && items.iter().all(|item| matches!(item, Value::Int(_))) {
                into.push(items.iter().map(Value::to_string).collect::<Vec<_>>().join(" "));
            } else {
                items.iter().for_each(|item| lines(item, into));
            }
        }
        other => into.extend(other.to_string().lines().map(str::to_string)),
    }
}

fn program(_: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let (mut all, mut words) = (Vec::new(), Vec::new());
    for (i, value) in args.rest_values(0).iter().enumerate() {
        lines(value, &mut all);
        words.resize(all.len(), i);
    }
    let texts: Vec<&str> = all.iter().map(String::as_str).collect();
    let made = bpf::assemble(&texts).map_err(|(line, why)| {
        let failure = Failure::usage(why).at(words.get(line).copied().unwrap_or(0));
        if all.len() > 1 { failure.note(format!("in instruction {} of {}", line + 1, all.len())) } else { failure }
    })?;
    Ok(Value::bytes(made).into())
}
