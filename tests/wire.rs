//! Wires between hosts: what is held, lost and late on them, and that others read their captures and see the same there.
//!
//! Where no hosts can be made these are ignored, and say why.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::common::terminal::Terminal;
use crate::common::{Folder, Run, command, has};
use crate::trial::lacks;

tests![
    tshark_sees_what_frames_names,
    a_wait_on_a_held_wire_is_a_deadlock,
    a_wait_that_a_retransmission_can_end_is_none,
    a_delay_is_the_rtt,
    a_seed_loses_the_same_datagrams_in_every_run,
    a_flood_over_a_slow_wire_is_bounded,
    bad_words_are_told,
    a_capture_replaces_files_alone,
    why_and_diagram_have_the_frames,
    tasks_say_what_the_wire_holds,
    at_a_prompt_frames_go_above_a_half_typed_line,
    at_a_prompt_a_wait_on_a_held_wire_goes_on,
    sockets_of_two_networks_are_not_taken_for_each_others_ends,
    a_router_has_a_lane_in_the_diagram,
    captures_of_any_frames_are_read,
    a_child_uses_a_hosts_sockets_and_leaves_nothing,
];

/// Two hosts, a listening socket, and what follows.
const HOSTS: &str = "alice = host\nbob = host\nsrv = create_server 10.0.0.2:80 host=bob\n";

/// Run these lines after those that make two hosts, in a folder; none where there can be no hosts.
fn in_hosts(folder: &Folder, quiet: bool, text: &str) -> Option<Run> {
    let file = folder.file("wire.sock", format!("{HOSTS}{text}").as_bytes());
    let args: &[&str] = if quiet { &["-q", "--timeout", "50", &file] } else { &["--timeout", "50", &file] };
    let run = Run::of(command(args).current_dir(folder.path()));
    if run.err.contains("there can be no hosts here") {
        lacks(run.err.trim());
        return None;
    }
    Some(run)
}

/// The same, and it goes well.
fn goes_well(text: &str) -> Option<String> {
    let run = in_hosts(&Folder::new(), true, text)?;
    assert!(run.status == 0, "{}{}", run.out, run.err);
    Some(run.out)
}

/// A conversation with all that TCP does about a bad wire; it prints, by name, the numbers of the frames that `frames` calls so.
const ALL_OF_IT: &str = "\
def named word filter
  found = frames is=$filter
  for frame in $found
    print $word ${frame.no}
  end
end
# A lost SYN, and a lost SYN,ACK.
wire drop 1 flags=SYN from=alice
wire drop 1 flags=SYN from=bob
cli = create_connection 10.0.0.2:80 host=alice
conn, peer = accept srv
# A segment lost at the end, for which only time is left, and one in the middle of many.
wire drop 1 len=1.. from=alice
send cli hello
data = recv conn 100
wire drop 1 len=1.. from=alice
let many = \"x\" * 40000
send cli $many
data = recv conn 40000 MSG_WAITALL
# Somebody who reads slowly.
setsockopt conn SO_RCVBUF 4096
settimeout cli 0.5
try
  loop
    send cli $many
  end
except timeout
end
sleep 1
settimeout conn 0.5
try
  loop
    data = recv conn 100000
  end
except timeout
end
# A wire that is cut, and a connection that is broken off; a port where nobody listens.
wire cut
settimeout cli none
settimeout conn none
send cli late &
sleep 0.7
wire heal
data = recv conn 100000
setsockopt conn SO_LINGER 1 0
close conn
expect ECONNREFUSED create_connection 10.0.0.2:81 host=alice
named again retransmission|fast-retransmission|spurious-retransmission
named zero zero-window
named reset reset
named fast fast-retransmission
named order out-of-order
named duplicate duplicate-ack
named update window-update
save all.pcapng
";

fn tshark_sees_what_frames_names() {
    if !has("tshark") || !has("tcpdump") {
        return;
    }
    let folder = Folder::new();
    let Some(run) = in_hosts(&folder, true, ALL_OF_IT) else { return };
    assert!(run.status == 0, "{}{}", run.out, run.err);
    let capture = folder.path().join("all.pcapng");
    let read = Run::of(Command::new("tcpdump").args(["-n", "-r"]).arg(&capture));
    assert!(read.status == 0 && read.err.lines().count() == 1, "{}", read.err);
    let own = |word: &str| -> BTreeSet<u64> {
        let numbers = run.out.lines().filter_map(|line| line.strip_prefix(&format!("{word} ")));
        numbers.map(|number| number.parse().unwrap()).collect()
    };
    let theirs = |filter: &str| -> BTreeSet<u64> {
        let mut tshark = Command::new("tshark");
        tshark.args(["-n", "-r"]).arg(&capture).args(["-Y", filter, "-T", "fields", "-e", "frame.number"]);
        let read = Run::of(&mut tshark);
        let complaints: Vec<&str> = read.err.lines().filter(|line| !line.contains("Running as user")).collect();
        assert!(read.status == 0 && complaints.is_empty(), "{complaints:?}");
        read.out.lines().map(|number| number.trim().parse().unwrap()).collect()
    };
    for (word, filter) in [
        ("fast", "tcp.analysis.fast_retransmission"),
        ("order", "tcp.analysis.out_of_order"),
        ("duplicate", "tcp.analysis.duplicate_ack"),
        ("update", "tcp.analysis.window_update"),
        ("again", "tcp.analysis.retransmission"),
        ("zero", "tcp.analysis.zero_window"),
        ("reset", "tcp.flags.reset == 1"),
    ] {
        let (own, theirs) = (own(word), theirs(filter));
        assert!(own == theirs, "{word}: frames has {own:?}, tshark {theirs:?}");
        // How soon a lost segment is sent again decides whether that is fast, or out of order.
        assert!(!own.is_empty() || ["fast", "order"].contains(&word), "{word}");
    }
}

fn a_wait_on_a_held_wire_is_a_deadlock() {
    let text = "cli = socket host=alice\nwire hold\nconnect cli 10.0.0.2:80\n";
    let Some(run) = in_hosts(&Folder::new(), false, text) else { return };
    assert_eq!(run.status, 1);
    for part in ["Deadlock", "waits for SYN,ACK: the wire holds the SYN", "wire holds 1: alice -> bob  SYN seq=0"] {
        assert!(run.err.contains(part), "{}", run.err);
    }
    // Datagrams too.
    let text = "u = socket udp host=bob\nbind u 10.0.0.2:53\nwire hold\nrecvfrom u 100\n";
    let Some(run) = in_hosts(&Folder::new(), false, text) else { return };
    assert!(run.status == 1 && run.err.contains("wire is on hold, and holds nothing"), "{}", run.err);
}

fn a_wait_that_a_retransmission_can_end_is_none() {
    goes_well(
        "wire drop 1 flags=SYN from=bob\ncli = create_connection 10.0.0.2:80 host=alice\nconn, peer = accept srv\n\
         wire drop 3 from=alice len=1..\nsend cli hello\ndata = recv conn 100\nassert $data == hello\n\
         wire drop 1 from=alice flags=FIN\nclose cli\ndata = recv conn 100\nassert $data == \"\"\n",
    );
}

fn a_delay_is_the_rtt() {
    let rtt = || {
        let text = "wire delay 50ms\ncli = create_connection 10.0.0.2:80 host=alice\ni = info cli\nprint ${i.rtt}\n";
        Some(goes_well(text)?.trim().parse::<u32>().unwrap())
    };
    // A machine that is busy is late now and then, and never early.
    let Some(first) = rtt() else { return };
    let best = std::iter::once(first).chain(std::iter::repeat_with(|| rtt().unwrap()).take(9)).min().unwrap();
    assert!((100_000..=102_000).contains(&best), "{best} microseconds");
}

fn a_seed_loses_the_same_datagrams_in_every_run() {
    let lost = |seed: u32| {
        goes_well(&format!(
            "wire loss 10% seed={seed}\nu = socket udp host=bob\nbind u 10.0.0.2:53\nv = socket udp host=alice\n\
             repeat 200\n  sendto v x 10.0.0.2:53\nend\nall = frames from=alice proto=udp\nfor one in $all\n  print ${{one.wire}}\nend\n"
        ))
    };
    let Some(first) = lost(7) else { return };
    assert_eq!(first.lines().count(), 200);
    assert!((8..40).contains(&first.matches("lost").count()), "{first}");
    assert!(lost(7).is_some_and(|again| again == first) && lost(8).is_some_and(|other| other != first));
}

fn a_flood_over_a_slow_wire_is_bounded() {
    let text = "wire delay 1\nu = socket udp host=bob\nbind u 10.0.0.2:53\nv = socket udp host=alice\n\
                let data = \"x\" * 1400\nrepeat 20000\n  sendto v $data 10.0.0.2:53\nend\n\
                w = wire\nprint ${w[0].no_room} ${w[0].under_way} ${w[0].missed} ${w[0].passed}\n";
    let Some(out) = goes_well(text) else { return };
    let numbers: Vec<u64> = out.split_whitespace().map(|n| n.parse().unwrap_or(0)).collect();
    // Each came out, is under way, was dropped at the tail, or was never read.
    assert!(numbers[1] <= 1000 && numbers.iter().sum::<u64>() >= 20_000, "{out}");
}

fn bad_words_are_told() {
    for (line, said) in [
        ("wire drop", "the wire holds nothing"),
        ("wire fly", "a wire does not `fly`"),
        ("wire los 10", "did you mean loss?"),
        ("wire loss 200", "`200` is no percentage"),
        ("wire delay soon", "`soon` is no length of time"),
        ("wire delay", "TIME is missing"),
        ("wire reorder 10%", "frames that take no time overtake none"),
        ("wire mtu 10", "an MTU is 68 to 65535"),
        ("wire drop 1 from=carol", "`carol` is no host on this wire"),
        ("wire drop 1 flag=SYN", "did you mean flags=?"),
        ("wire hold wire=moon", "no wire is called `moon`"),
        ("frames is=lost", "`lost` is no segment's name"),
        ("save x.pcap", "save x.pcapng"),
        ("wire rate fast", "`fast` is no rate"),
    ] {
        let Some(run) = in_hosts(&Folder::new(), false, &format!("{line}\n")) else { return };
        assert!(run.status == 1 && run.err.contains(said), "{line}: {}", run.err);
    }
}

fn a_capture_replaces_files_alone() {
    let folder = Folder::new();
    folder.file("old.pcapng", b"old");
    fs::create_dir(folder.path().join("folder.pcapng")).unwrap();
    std::os::unix::fs::symlink("linked.pcapng", folder.path().join("link.pcapng")).unwrap();
    let text = "save old.pcapng\nexpect EISDIR save folder.pcapng\nsave link.pcapng\n";
    let Some(run) = in_hosts(&folder, true, text) else { return };
    assert!(run.status == 0, "{}", run.err);
    assert!(fs::read(folder.path().join("old.pcapng")).unwrap().starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    assert!(fs::symlink_metadata(folder.path().join("link.pcapng")).unwrap().is_symlink());
    assert!(fs::read(folder.path().join("linked.pcapng")).unwrap().starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5);
}

fn why_and_diagram_have_the_frames() {
    let text = "wire drop 9 flags=SYN from=bob\ncli = socket host=alice\nsettimeout cli 0.2\n\
                expect timeout connect cli 10.0.0.2:80\nwhy\ndiagram\n";
    let Some(run) = in_hosts(&Folder::new(), false, text) else { return };
    assert!(run.status == 0, "{}", run.err);
    for part in ["the wire lost SYN,ACK from bob", "SYN,ACK", "dropped: a rule"] {
        assert!(run.out.contains(part), "{}", run.out);
    }
}

fn tasks_say_what_the_wire_holds() {
    let text = "cli = socket host=alice\nwire hold\ndef go\n  connect cli 10.0.0.2:80\nend\nt = spawn go\nyield\n\
                wire pass\ntasks\nwire release\njoin t\n";
    let Some(run) = in_hosts(&Folder::new(), false, text) else { return };
    assert!(run.status == 0 && run.out.contains("waits for SYN,ACK: the wire holds"), "{}{}", run.out, run.err);
}

/// The prompt with two hosts and a listening socket; none where there can be no hosts.
fn prompt() -> Option<Terminal> {
    goes_well("")?;
    let mut terminal = Terminal::new(30, 100, &[]);
    for line in HOSTS.lines() {
        terminal.see("sockpit> ");
        terminal.keys(&format!("{line}\r"));
    }
    terminal.see("srv = <");
    terminal.ready();
    Some(terminal)
}

fn at_a_prompt_frames_go_above_a_half_typed_line() {
    let Some(mut terminal) = prompt() else { return };
    terminal.keys("wire show on\r");
    terminal.see("ok");
    // What is under way comes while a line is typed.
    terminal.keys("wire drop 1 flags=SYN from=alice\r");
    terminal.ready();
    terminal.keys("cli = create_connection 10.0.0.2:80 host=alice &\r");
    terminal.see("SYN seq=0  [dropped: a rule]");
    terminal.keys("netstat host=al");
    terminal.until("the rest of the handshake above the line", |text| {
        let place = |what: &str| text.find(what);
        let frame = place("# alice -> bob  SYN seq=0 (retransmission)");
        let line = text.rfind("sockpit> netstat host=al");
        frame.is_some() && place("# alice -> bob  ACK seq=1 ack=1").is_some() && frame < line
    });
    let (_, _, dim) = terminal.looks("SYN seq=0 (retransmission)");
    assert!(dim, "what is announced is grey");
}

fn at_a_prompt_a_wait_on_a_held_wire_goes_on() {
    let Some(mut terminal) = prompt() else { return };
    for line in ["cli = socket host=alice", "wire hold", "connect cli 10.0.0.2:80"] {
        terminal.ready();
        terminal.keys(&format!("{line}\r"));
    }
    terminal.see("connect(cli) waits for SYN,ACK: the wire holds the SYN");
    terminal.keys("\x03");
    terminal.until("the wait is given up", |text| text.trim_end().ends_with("sockpit>"));
    assert!(!terminal.text().contains("Deadlock"), "{}", terminal.text());
}

fn sockets_of_two_networks_are_not_taken_for_each_others_ends() {
    // The same addresses on this machine and in two hosts: each has its own other end.
    let text = "here = create_server 127.0.0.1:0\nat = getsockname here\nlet port = ${at.port}\n\
                def pair who\n  s = create_server 127.0.0.1:$port host=$who\n  c = socket host=$who\n  bind c 127.0.0.1:1000\n  \
                connect c 127.0.0.1:$port\n  a, addr = accept s\n  return $c $a\nend\n\
                ac, aa = pair $alice\nbc, ba = pair $bob\nclose ba\n\
                # Nobody can send: both ends are here, in alice.\nexpect Deadlock recv aa 10\n\
                send ac hello\ndata = recv aa 10\nassert $data == hello\ndata = recv bc 10\nassert $data == \"\"\nwhy aa\nwhy bc\ndiagram ac aa\n";
    let Some(run) = in_hosts(&Folder::new(), false, text) else { return };
    assert!(run.status == 0, "{}{}", run.out, run.err);
    let arrow = run.out.lines().find(|line| line.contains("5 bytes") && line.contains('>')).expect(&run.out);
    assert!(arrow.contains("send"), "{arrow}");
}

fn a_router_has_a_lane_in_the_diagram() {
    let text = "dora = host wire=left\nr = host router=on wire=left,right\nemil = host wire=right\n\
                taker = socket udp host=emil\nbind taker ${emil.ip}:9\nu = socket udp host=dora\nsendto u hello ${emil.ip}:9\n\
                data, from = recvfrom taker 10\ndiagram\n";
    let Some(run) = in_hosts(&Folder::new(), false, text) else { return };
    assert!(run.status == 0, "{}{}", run.out, run.err);
    let rows: Vec<&str> = run.out.lines().filter(|line| line.contains("udp 5")).collect();
    assert_eq!(rows.len(), 2, "from u to r, from r to taker: {}", run.out);
    let heads = |line: &&str| line.split_whitespace().eq(["srv", "taker", "u", "r"]);
    assert!(run.out.lines().any(|line| heads(&line)), "{}", run.out);
    assert!(rows[0].contains("o--udp 5->|") && rows[1].contains("|<---"), "{}", run.out);
}

/// Frames of every sort: IPv4 and IPv6, ARP, fragments, garbage; lost, twice, corrupted, held, cut.
const ANY_FRAMES: &str = "\
carol = host arp=on
u = socket udp host=carol
sendto u arp 10.0.0.2:9
six = socket AF_INET6 SOCK_DGRAM host=alice
wire duplicate 100
sendto six twice [fd00::2]:9
wire duplicate 0
wire corrupt 100 seed=3
sendto six corrupted [fd00::2]:9
wire corrupt 0
wire loss 100
sendto six lost [fd00::2]:9
wire loss 0
let long = \"x\" * 4000
sendto six $long [fd00::2]:9
v = socket udp host=alice
setsockopt v IP_MTU_DISCOVER 0
sendto v $long 10.0.0.2:9
s = socket AF_PACKET SOCK_RAW 0x300 host=alice
bind s packet:eth0
let garbage = \"\\x02\\x00\\x0a\\x00\\x00\\x02\\x02\\x00\\x0a\\x00\\x00\\x01\\x12\\x34garbage\"
send s $garbage
wire hold
sendto v held 10.0.0.2:9
wire cut
sendto v cut 10.0.0.2:9
wire heal
save any.pcapng
all = frames
n = len $all
print $n
";

fn captures_of_any_frames_are_read() {
    let folder = Folder::new();
    let Some(run) = in_hosts(&folder, true, ANY_FRAMES) else { return };
    assert!(run.status == 0, "{}{}", run.out, run.err);
    let capture = folder.path().join("any.pcapng");
    let count: usize = run.out.trim().parse().unwrap();
    if has("tcpdump") {
        let read = Run::of(Command::new("tcpdump").args(["-n", "-r"]).arg(&capture));
        assert!(read.status == 0 && read.err.lines().count() == 1, "{}", read.err);
    }
    if has("tshark") {
        let read = Run::of(Command::new("tshark").args(["-n", "-r"]).arg(&capture).args([
            "-T",
            "fields",
            "-e",
            "frame.number",
        ]));
        let complaints: Vec<&str> = read.err.lines().filter(|line| !line.contains("Running as user")).collect();
        assert!(read.status == 0 && complaints.is_empty(), "{complaints:?}");
        assert_eq!(read.out.lines().count(), count);
    }
}

fn a_child_uses_a_hosts_sockets_and_leaves_nothing() {
    let text = "def serve s\n  repeat 3\n    conn, addr = accept s\n    data = recv conn 100\n    send conn $data\n    close conn\n  end\nend\n\
                p = process serve $srv\nrepeat 3\n  cli = create_connection 10.0.0.2:80 host=alice\n  send cli hello\n  \
                settimeout cli 20\n  data = recv cli 100\n  assert $data == hello\n  close cli\nend\njoin p\n\
                code = exitcode p\nassert $code == 0\n\
                # A host itself stays where it was made.\n\
                def another h\n  s = socket host=$h\nend\nexpect Usage process another $alice\n";
    let Some(run) = in_hosts(&Folder::new(), true, text) else { return };
    assert!(run.status == 0, "{}{}", run.out, run.err);
}
