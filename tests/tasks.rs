//! Tasks that wait for somebody outside, and a busy machine. What tasks do otherwise stands in `tests/sessions`.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use crate::common::{lines, run};

tests![
    a_listener_may_still_get_a_client,
    a_datagram_may_still_come,
    a_timer_is_no_deadlock,
    a_peer_outside_may_still_answer,
    sleeps_end_in_one_order_on_a_busy_machine,
];

/// Nothing is said before the run's bound is over.
fn waits(text: &str) {
    let run = run(&["-q", "--timeout", "0.3", "-c", text]);
    assert_eq!(run.status, 124, "{text}\n{}", run.err);
    assert!(!run.err.contains("Deadlock"), "{}", run.err);
}

fn a_listener_may_still_get_a_client() {
    waits("s = create_server 127.0.0.1:0\naccept s");
    waits("s = create_server 127.0.0.1:0\nq = queue\ndef w\n  accept s\nend\nspawn w\nget q");
}

fn a_datagram_may_still_come() {
    waits("u = socket AF_INET SOCK_DGRAM\nbind u 127.0.0.1:0\nrecv u 9");
}

fn a_timer_is_no_deadlock() {
    waits("q = queue\ndef w\n  sleep 3600\nend\nspawn w\nget q");
}

fn a_peer_outside_may_still_answer() {
    // It answers late: long after every task has begun to wait.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let peer = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        client.write_all(b"late").unwrap();
    });
    let run = lines(&format!(
        "q = queue\ndef w\n  c = create_connection {addr}\n  send c x\n  d = recv c 9\n  put q $d\nend\nspawn w\nv = get q\nprint \"$v\""
    ));
    assert_eq!((run.status, &*run.out, &*run.err), (0, "late\n", ""));
    peer.join().unwrap();
}

/// Sleeps that began from the same moment end in the order of their sums, also when the machine has no time for us.
fn sleeps_end_in_one_order_on_a_busy_machine() {
    let ticks = [("a", 10_100, 12), ("b", 3_000, 40), ("c", 17_300, 7)];
    let mut expected: Vec<(u32, &str)> =
        ticks.iter().flat_map(|(name, micros, times)| (1..=*times).map(move |i| (i * micros, *name))).collect();
    expected.sort_unstable();
    let expected: String = expected.iter().map(|(_, name)| format!("[{name}]\n")).collect();
    let mut program = "def tick name d n\n  repeat $n\n    sleep $d\n    print $name\n  end\nend\n".to_string();
    for (name, micros, times) in ticks {
        program.push_str(&format!("{name} = spawn tick {name} {:.6} {times}\n", f64::from(micros) / 1e6));
    }
    program.push_str("join a\njoin b\njoin c\n");
    let busy = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while busy.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let runs: Vec<_> = (0..5).map(|_| lines(&program)).collect();
        busy.store(false, std::sync::atomic::Ordering::Relaxed);
        for run in runs {
            // What a task prints bears its name: `[tick-1] a`.
            let order: String =
                run.out.lines().filter_map(|l| l.split(' ').nth(1)).map(|n| format!("[{n}]\n")).collect();
            assert_eq!((run.status, order.as_str()), (0, expected.as_str()), "{}", run.err);
        }
    });
}
