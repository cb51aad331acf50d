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

/// Waits of all kinds, and what they set off on sockets, are over in the order of their lengths' sums, also when the
/// machine has no time for us.
fn sleeps_end_in_one_order_on_a_busy_machine() {
    let mut program = "def naps name d n\n  repeat $n\n    sleep $d\n    print $name\n  end\nend\n\
         def reads name d n\n  a, b = socketpair\n  settimeout a $d\n  repeat $n\n    expect timeout recv a 1\n    \
         print $name\n  end\nend\n\
         def waits name d n\n  e = event\n  repeat $n\n    x = wait e $d\n    print $name\n  end\nend\n\
         def gets name d n\n  q = queue\n  repeat $n\n    expect Empty get q $d\n    print $name\n  end\nend\n\
         def sends s d n\n  repeat $n\n    sleep $d\n    send $s x\n  end\nend\n\
         def takes name s d n\n  repeat $n\n    x = recv $s 1\n    sleep $d\n    print $name\n  end\nend\n"
        .to_string();
    let mut expected = Vec::new();
    for (name, call, micros, times) in [
        ("a", "naps", 10_100, 12),
        ("b", "naps", 3_000, 40),
        ("c", "reads", 17_300, 7),
        ("d", "waits", 7_100, 17),
        ("e", "gets", 23_900, 5),
    ] {
        expected.extend((1..=times).map(|i| (i * micros, name)));
        program.push_str(&format!("{name} = spawn {call} {name} {:.6} {times}\n", f64::from(micros) / 1e6));
    }
    expected.extend((1..=18).map(|i| (i * 6_100 + 3_200, "f")));
    expected.sort_unstable();
    assert!(expected.is_sorted_by(|(one, _), (next, _)| one < next), "no two at one moment");
    program.push_str("p, q = socketpair\ng = spawn sends $p 0.0061 18\nf = spawn takes f $q 0.0032 18\n");
    program.push_str("join a\njoin b\njoin c\njoin d\njoin e\njoin f\n");
    let expected: String = expected.iter().map(|(_, name)| format!("[{name}]\n")).collect();
    let busy = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while busy.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let runs: Vec<_> = (0..5).map(|_| lines(&program)).collect();
        busy.store(false, std::sync::atomic::Ordering::Relaxed);
        for run in runs {
            // What a task prints bears its name: `[naps-1] a`.
            let order: String =
                run.out.lines().filter_map(|l| l.split(' ').nth(1)).map(|n| format!("[{n}]\n")).collect();
            assert_eq!((run.status, order.as_str()), (0, expected.as_str()), "{}", run.err);
        }
    });
}
