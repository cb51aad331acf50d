//! Tasks: how they take turns, share, wait, are cancelled, and how a deadlock is reported. What Python has, is as there.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use crate::common::{self, Run, lines};

tests![
    a_name_bound_in_a_def_is_its_own_unless_global,
    a_name_is_local_in_the_whole_def_as_in_python,
    each_task_has_locals_of_its_own,
    a_socket_lives_while_any_task_has_a_name_for_it,
    a_socket_in_a_queue_stays_open,
    a_cancelled_task_leaves_its_sockets,
    what_a_task_prints_has_its_name_before_it,
    an_error_of_a_task_has_its_name_before_it_and_fails_the_run,
    the_end_of_the_main_task_waits_for_the_others,
    the_end_of_the_main_task_does_not_wait_for_daemons,
    a_failure_of_the_main_task_is_the_run_s,
    join_gives_what_was_returned_as_often_as_asked,
    join_with_a_limit_goes_on,
    a_join_that_was_given_up_wakes_nobody_later,
    tasks_begin_in_the_order_of_spawn_when_the_main_task_waits,
    a_call_that_need_not_wait_is_no_turn,
    who_waits_longest_is_served_first,
    nobody_overtakes_those_who_wait,
    a_race_ends_the_same_a_thousand_times_in_one_process,
    acquire_gives_false_when_its_time_is_over,
    release_needs_a_lock_that_is_held,
    another_task_may_release_a_lock_but_no_rlock,
    an_rlock_is_given_back_as_often_as_it_was_taken,
    a_semaphore_has_places,
    wait_tells_whether_the_event_was_set,
    an_event_lets_everyone_go_who_waited_even_if_it_is_cleared_at_once,
    queues_are_empty_and_full,
    no_bound_and_any_below_1_is_none,
    join_of_a_queue_waits_for_task_done,
    a_priority_queue_gives_the_least_first,
    what_cannot_be_ordered_does_not_enter_a_priority_queue,
    lifo_and_fifo,
    a_fresh_coroutine_takes_nothing_but_none,
    an_error_inside_a_coroutine_is_its_resumer_s,
    an_error_that_a_coroutine_deals_with_is_its_own,
    a_running_coroutine_cannot_be_resumed,
    a_coroutine_that_waits_lets_other_tasks_run,
    a_cancelled_coroutine_has_ended,
    a_cancelled_coroutine_runs_its_finally_blocks,
    what_has_not_begun_has_no_finally_blocks,
    a_coroutine_may_resume_another,
    what_is_no_coroutine_cannot_be_resumed_nor_yield_a_value,
    a_pool_never_runs_more_than_its_workers,
    a_job_that_fails_frees_its_worker,
    a_job_cancelled_while_it_runs_frees_its_worker,
    a_job_cancelled_before_it_runs_frees_no_worker,
    a_pool_that_was_shut_down_takes_no_more,
    cancel_of_a_task_that_waits_for_a_lock,
    cancel_of_a_task_that_was_about_to_get_what_it_waits_for,
    cancel_of_a_task_that_holds_locks_releases_them_to_the_next,
    a_task_that_deals_with_its_cancellation_keeps_what_it_holds,
    cancel_in_get_and_put,
    cancel_in_a_half_sent_sendall,
    cancel_in_join_and_sleep,
    cancel_in_accept_and_recv,
    cancel_of_a_task_that_has_not_begun_or_has_ended,
    cancel_runs_finally_blocks,
    two_locks_in_opposite_order,
    three_locks_in_a_ring,
    one_s_own_lock,
    a_queue_that_nobody_fills_or_empties,
    an_event_that_nobody_sets,
    tasks_that_join_each_other,
    a_lock_whose_holder_has_ended,
    a_job_that_waits_for_a_job_of_its_own_pool,
    tasks_that_are_left_when_the_main_task_has_ended,
    both_ends_of_a_connection_in_recv,
    both_ends_of_a_connection_in_sendall,
    a_deadlock_can_be_caught_and_left,
    a_listener_may_still_get_a_client,
    a_datagram_may_still_come,
    a_timer_is_no_deadlock,
    daemons_that_wait_for_ever_are_no_deadlock,
    data_on_its_way_is_no_deadlock,
    a_peer_outside_may_still_answer,
    sleeps_end_in_one_order_on_a_busy_machine,
];

/// These lines run well and print exactly that.
fn prints(text: &str, expected: &str) {
    let run = lines(text);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, expected, ""), "{text}");
}

/// The same with tasks that end by an error, which is told on standard error, by these names.
fn prints_while(text: &str, expected: &str, told: &[&str]) {
    let run = lines(text);
    assert_eq!((run.status, run.out.as_str()), (0, expected), "{text}\n{}", run.err);
    let heads: Vec<&str> =
        run.err.lines().filter(|l| l.split_once("] ").is_some_and(|(_, rest)| !rest.starts_with(' '))).collect();
    assert_eq!(heads.len(), told.len(), "{}", run.err);
    for (head, name) in heads.iter().zip(told) {
        assert!(head.contains(name), "{head} is not {name}");
    }
}

/// These lines are a deadlock: reported with exit status 1 and these lines.
fn deadlock(text: &str, reported: &[&str]) -> Run {
    let run = lines(text);
    assert_eq!(run.status, 1, "{text}\n{}\n{}", run.out, run.err);
    assert!(run.err.contains("Deadlock: "), "{}", run.err);
    for line in reported {
        assert!(run.err.lines().any(|l| l.trim() == *line), "`{line}` is not among\n{}", run.err);
    }
    run
}

// --- names ---

fn a_name_bound_in_a_def_is_its_own_unless_global() {
    prints(
        "let n = 1\ndef own\n  let n = 2\n  print $n\nend\ndef shared\n  global n\n  let n = 3\nend\ndef reads\n  print $n\nend\n\
         t = spawn own\njoin t\nprint $n\nt = spawn shared\njoin t\nprint $n\nt = spawn reads\njoin t",
        "[own-1] 2\n1\n3\n[reads-1] 3\n",
    );
}

fn a_name_is_local_in_the_whole_def_as_in_python() {
    prints(
        "let n = 1\ndef early\n  try\n    print $n\n  except Unbound\n    print unbound\n  end\n  let n = 2\nend\nt = spawn early\njoin t",
        "[early-1] unbound\n",
    );
}

fn each_task_has_locals_of_its_own() {
    prints(
        "def count n\n  repeat 3\n    let n = $n + 1\n    yield\n  end\n  return $n\nend\na = spawn count 0\nb = spawn count 10\n\
         x = join a\ny = join b\nprint $x $y",
        "3 13\n",
    );
}

fn a_socket_lives_while_any_task_has_a_name_for_it() {
    // The main task's name goes first; the socket stays open until the task has ended, and is closed then.
    prints(
        "left, right = socketpair\ne = event\ndef holder s\n  wait e\n  send s still\nend\nt = spawn holder $right\nyield\n\
         let right = none\nexpect EAGAIN recv left 9 MSG_DONTWAIT\nset e\nd = recv left 9\nprint \"$d\"\njoin t\n\
         d = recv left 9\nassert $d == \"\"\nprint closed",
        "still\nclosed\n",
    );
}

fn a_socket_in_a_queue_stays_open() {
    prints(
        "left, right = socketpair\nq = queue\nput q $right\nlet right = none\nexpect EAGAIN recv left 9 MSG_DONTWAIT\n\
         s = get q\nsend s hi\nd = recv left 9\nprint \"$d\"",
        "hi\n",
    );
}

fn a_cancelled_task_leaves_its_sockets() {
    prints_while(
        "left, right = socketpair\ne = event\ndef holder s\n  wait e\nend\nt = spawn holder $right\nlet right = none\nyield\n\
         cancel t\nd = recv left 9\nassert $d == \"\"\nprint closed",
        "closed\n",
        &[],
    );
}

fn what_a_task_prints_has_its_name_before_it() {
    prints(
        "def inner\n  print inside\nend\ndef outer\n  inner\n  print outside\nend\ninner\nt = spawn outer\nu = spawn outer\njoin u",
        "inside\n[outer-1] inside\n[outer-1] outside\n[outer-2] inside\n[outer-2] outside\n",
    );
}

fn an_error_of_a_task_has_its_name_before_it_and_fails_the_run() {
    let run = lines("def bad\n  assert 1 == 2\nend\nt = spawn bad\njoin t\nprint on");
    assert_eq!((run.status, run.out.as_str()), (1, "on\n"), "{}", run.err);
    assert!(run.err.starts_with("[bad-1] assert: Assert: "), "{}", run.err);
}

// --- the end ---

fn the_end_of_the_main_task_waits_for_the_others() {
    prints("def late\n  sleep 0.05\n  print late\nend\nspawn late\nprint main", "main\n[late-1] late\n");
}

fn the_end_of_the_main_task_does_not_wait_for_daemons() {
    prints(
        "def for_ever\n  sleep 3600\nend\ndef tail\n  sleep 0.05\n  print tail\nend\nspawn -d for_ever\nspawn tail\nprint main",
        "main\n[tail-1] tail\n",
    );
}

fn a_failure_of_the_main_task_is_the_run_s() {
    let run = lines("def late\n  sleep 0.01\nend\nspawn late\nassert 1 == 2");
    assert_eq!(run.status, 1, "{}", run.err);
}

fn join_gives_what_was_returned_as_often_as_asked() {
    prints("def two\n  return 2\nend\nt = spawn two\na = join t\nb = join t\nprint $a $b", "2 2\n");
}

fn join_with_a_limit_goes_on() {
    prints(
        "e = event\ndef w\n  wait e\n  return 7\nend\nt = spawn w\njoin t 0.01\na = is_alive t\nassert $a\nset e\nx = join t\nprint $x",
        "7\n",
    );
}

fn a_join_that_was_given_up_wakes_nobody_later() {
    // The joined task ends while the joiner sleeps.
    prints(
        "def w\n  sleep 0.03\nend\nt = spawn w\njoin t 0.01\nb = now\nsleep 0.1\ne = now\nlet d = $e - $b\nassert $d >= 0.1\nprint slept",
        "slept\n",
    );
}

// --- order ---

fn tasks_begin_in_the_order_of_spawn_when_the_main_task_waits() {
    prints(
        "def w n\n  print \"$n\"\n  yield\n  print \"$n again\"\nend\nfor n in a b c\n  spawn w $n\nend\nprint main",
        "main\n[w-1] a\n[w-2] b\n[w-3] c\n[w-1] a again\n[w-2] b again\n[w-3] c again\n",
    );
}

fn a_call_that_need_not_wait_is_no_turn() {
    prints(
        "q = queue\nm = lock\ndef w n\n  put q $n\n  x = get q\n  acquire m\n  release m\n  print \"$n\"\nend\nfor n in a b c\n  spawn w $n\nend",
        "[w-1] a\n[w-2] b\n[w-3] c\n",
    );
}

fn who_waits_longest_is_served_first() {
    let program = |wait: &str, give: &str| {
        format!(
            "m = lock\nq = queue\ns = semaphore 0\nf = queue 1\nput f 0\nacquire m\ndef w n\n  {wait}\n  print \"$n\"\nend\n\
             for n in a b c\n  t = spawn w $n\nend\nyield\n{give}\njoin t"
        )
    };
    let expected = "[w-1] a\n[w-2] b\n[w-3] c\n";
    prints(&program("acquire m\n  release m", "release m"), expected);
    prints(&program("get q", "put q 1\nput q 2\nput q 3"), expected);
    prints(&program("acquire s", "release s\nrelease s\nrelease s"), expected);
    prints(&program("put f $n", "get f\nget f\nget f"), expected);
}

fn nobody_overtakes_those_who_wait() {
    // The lock is free again, but somebody waits for it: the main task comes after.
    prints(
        "m = lock\nacquire m\ndef w\n  acquire m\n  print first\n  release m\nend\nt = spawn w\nyield\nrelease m\nacquire m\nprint second\nrelease m",
        "[w-1] first\nsecond\n",
    );
}

fn a_race_ends_the_same_a_thousand_times_in_one_process() {
    let program = "def bump n\n  global num order\n  let temp = $num\n  if $n == 3\n    sleep 0\n  else\n    yield\n  end\n  let num = $temp + 1\n  \
                   let order = \"$order$n\"\nend\n\
                   let first = none\nrepeat 1000\n  let num = 0\n  let order = \"\"\n  l = list\n  for n in 1 2 3 4 5\n    t = spawn bump $n\n    \
                   one = list $t\n    let l = $l + $one\n  end\n  for t in $l\n    join $t\n  end\n  let this = \"$num $order\"\n  if $first == none\n    \
                   let first = $this\n  end\n  assert $this == $first\nend\nprint $num";
    prints(program, "1\n");
}

// --- locks, semaphores, events, queues: as in Python ---

fn acquire_gives_false_when_its_time_is_over() {
    prints(
        "m = lock\nacquire m\nx = acquire m 0.01\ny = acquire m 0\nrelease m\nz = acquire m 0\nprint $x $y $z",
        "false false true\n",
    );
}

fn release_needs_a_lock_that_is_held() {
    prints(
        "m = lock\nexpect Usage release m\nr = rlock\nexpect Usage release r\nacquire m\nrelease m\nexpect Usage release m\nprint ok",
        "ok\n",
    );
}

fn another_task_may_release_a_lock_but_no_rlock() {
    prints(
        "m = lock\nr = rlock\nacquire m\nacquire r\ndef w\n  release m\n  expect Usage release r\n  x = acquire r 0.01\n  print $x\nend\n\
         t = spawn w\njoin t\nx = locked m\ny = locked r\nprint $x $y",
        "[w-1] false\nfalse true\n",
    );
}

fn an_rlock_is_given_back_as_often_as_it_was_taken() {
    prints(
        "r = rlock\nacquire r\nacquire r\ndef w\n  x = acquire r 0\n  return $x\nend\nrelease r\nt = spawn w\nx = join t\nrelease r\n\
         t = spawn w\ny = join t\nprint $x $y",
        "false true\n",
    );
}

fn a_semaphore_has_places() {
    prints(
        "s = semaphore 2\na = acquire s 0\nb = acquire s 0\nc = acquire s 0\nl = locked s\nrelease s\nd = acquire s 0\nprint $a $b $c $l $d\n\
         z = semaphore 0\nrelease z\nrelease z\na = acquire z 0\nb = acquire z 0\nc = acquire z 0\nprint $a $b $c\nexpect Usage semaphore -1",
        "true true false true true\ntrue true false\n",
    );
}

fn wait_tells_whether_the_event_was_set() {
    prints(
        "e = event\na = wait e 0.01\nset e\nb = wait e 0.01\nc = wait e\nclear e\nd = wait e 0\nf = is_set e\nprint $a $b $c $d $f",
        "false true true false false\n",
    );
}

fn an_event_lets_everyone_go_who_waited_even_if_it_is_cleared_at_once() {
    prints(
        "e = event\ndef w n\n  x = wait e\n  print \"$n $x\"\nend\na = spawn w a\nb = spawn w b\nyield\nset e\nclear e\njoin a\njoin b",
        "[w-1] a true\n[w-2] b true\n",
    );
}

fn queues_are_empty_and_full() {
    prints(
        "q = queue 1\nexpect Empty get q 0.01\nexpect Empty get_nowait q\nput q 1\nexpect Full put q 2 0.01\nexpect Full put_nowait q 2\n\
         x = get q\ny = qsize q\nprint $x $y",
        "1 0\n",
    );
}

fn no_bound_and_any_below_1_is_none() {
    for bound in ["", "0", "-1"] {
        prints(
            &format!("q = queue {bound}\nrepeat 1000\n  put q x\nend\nf = full q\nn = qsize q\nprint $f $n"),
            "false 1000\n",
        );
    }
}

fn join_of_a_queue_waits_for_task_done() {
    prints(
        "q = queue\njoin q\nput q 1\nput q 2\nget q\nget q\ndef w\n  join q\n  print done\nend\nt = spawn w\nyield\ntask_done q\nyield\n\
         print half\ntask_done q\njoin t\nexpect Usage task_done q",
        "half\n[w-1] done\n",
    );
}

fn a_priority_queue_gives_the_least_first() {
    prints(
        "p = priorityqueue\na = list 2 b\nb = list 1 z\nc = list 1 a\nd = list 1\ne = list 10 a\n\
         put p $a\nput p $b\nput p $c\nput p $d\nput p $e\nrepeat 5\n  v = get p\n  print \"$v\"\nend\n\
         for n in 2 1.5 -1\n  put p $n\nend\nx = get p\ny = get p\nz = get p\nprint $x $y $z\n\
         for n in b a B\n  put p $n\nend\nx = get p\ny = get p\nz = get p\nprint $x $y $z",
        "[1]\n[1, \"a\"]\n[1, \"z\"]\n[2, \"b\"]\n[10, \"a\"]\n-1 1.5 2\nB a b\n",
    );
}

fn what_cannot_be_ordered_does_not_enter_a_priority_queue() {
    prints("p = priorityqueue\nput p 1\nexpect Usage put p text\nn = qsize p\nv = get p\nprint $n $v", "1 1\n");
}

fn lifo_and_fifo() {
    prints(
        "f = queue\nl = lifoqueue\nfor n in 1 2 3\n  put f $n\n  put l $n\nend\nrepeat 3\n  a = get f\n  b = get l\n  print $a $b\nend",
        "1 3\n2 2\n3 1\n",
    );
}

// --- coroutines ---

fn a_fresh_coroutine_takes_nothing_but_none() {
    prints(
        "def g\n  x = yield 1\n  yield $x\nend\nc = coroutine g\nexpect Usage resume c 5\na = resume c none\nb = resume c 7\nprint $a $b\n\
         expect Empty resume c\nexpect Empty resume c",
        "1 7\n",
    );
}

fn an_error_inside_a_coroutine_is_its_resumer_s() {
    prints(
        "def g\n  yield 1\n  assert 1 == 2\nend\nc = coroutine g\nresume c\ntry\n  resume c\nexcept Assert as e\n  print \"$e\"\nend\n\
         expect Empty resume c",
        "Assert: 1 == 2 does not hold\n",
    );
}

fn an_error_that_a_coroutine_deals_with_is_its_own() {
    prints(
        "def g\n  try\n    assert 1 == 2\n  except Assert\n    yield mended\n  end\nend\nc = coroutine g\nx = resume c\nprint $x",
        "mended\n",
    );
}

fn a_running_coroutine_cannot_be_resumed() {
    prints(
        "def g\n  yield 1\n  expect Usage resume $me\n  yield 2\nend\nme = coroutine g\nresume me\nx = resume me\nprint $x\n\
         e = event\ndef slow\n  wait e\n  yield 5\nend\nc = coroutine slow\ndef other c\n  expect Usage resume $c\n  print refused\n  set e\nend\n\
         spawn other $c\nx = resume c\nprint $x",
        "2\n[other-1] refused\n5\n",
    );
}

fn a_coroutine_that_waits_lets_other_tasks_run() {
    prints(
        "e = event\ndef g\n  wait e\n  yield done\nend\ndef other\n  print meanwhile\n  set e\nend\nspawn other\nc = coroutine g\nx = resume c\nprint $x",
        "[other-1] meanwhile\ndone\n",
    );
}

fn a_cancelled_coroutine_has_ended() {
    prints(
        "def g\n  yield 1\nend\nc = coroutine g\nresume c\ncancel c\nexpect Empty resume c\nd = coroutine g\ncancel d\n\
         expect Empty resume d\na = is_alive c\nprint $a",
        "false\n",
    );
}

fn a_cancelled_coroutine_runs_its_finally_blocks() {
    prints(
        "def g\n  try\n    yield 1\n  finally\n    print bye\n  end\nend\nc = coroutine g\nresume c\ncancel c\n\
         expect Empty resume c",
        "bye\n",
    );
}

fn what_has_not_begun_has_no_finally_blocks() {
    let def = "def w\n  try\n    print never\n  finally\n    print bye\n  end\nend\n";
    prints_while(&format!("{def}t = spawn w\ncancel t\njoin t\nprint ok"), "ok\n", &[]);
    prints(&format!("{def}c = coroutine w\ncancel c\nexpect Empty resume c\nprint ok"), "ok\n");
}

fn a_coroutine_may_resume_another() {
    prints(
        "def inner\n  yield 1\n  yield 2\nend\ndef outer\n  i = coroutine inner\n  x = resume i\n  yield $x\n  y = resume i\n  yield $y\nend\n\
         c = coroutine outer\na = resume c\nb = resume c\nprint $a $b",
        "1 2\n",
    );
}

fn what_is_no_coroutine_cannot_be_resumed_nor_yield_a_value() {
    prints(
        "def w\n  expect Usage yield 1\n  print ok\nend\nt = spawn w\nexpect Usage resume t\njoin t\nexpect Usage resume 5",
        "[w-1] ok\n",
    );
}

// --- pools ---

/// A job that counts how many run, and the most that ever did.
const COUNTED: &str = "let running = 0\nlet most = 0\ndef job\n  global running most\n  let running = $running + 1\n  if $running > $most\n    \
                       let most = $running\n  end\n  sleep 0.01\n  let running = $running - 1\n  return $running\nend\n";

fn a_pool_never_runs_more_than_its_workers() {
    for workers in [1, 2, 3, 7] {
        prints(
            &format!("{COUNTED}p = pool {workers}\nrepeat 7\n  submit p job\nend\nshutdown p\nprint $most $running"),
            &format!("{workers} 0\n"),
        );
    }
}

fn a_job_that_fails_frees_its_worker() {
    let run = lines(
        "def bad\n  assert 1 == 2\nend\ndef good\n  return fine\nend\np = pool 1\nsubmit p bad\nt = submit p good\nx = join t\nprint $x",
    );
    assert_eq!((run.status, run.out.as_str()), (1, "fine\n"), "{}", run.err);
}

fn a_job_cancelled_while_it_runs_frees_its_worker() {
    prints_while(
        "e = event\ndef waits\n  wait e\nend\ndef good\n  return fine\nend\np = pool 1\na = submit p waits\nt = submit p good\nyield\ncancel a\n\
         x = join t\nprint $x\nshutdown p",
        "fine\n",
        &[],
    );
}

fn a_job_cancelled_before_it_runs_frees_no_worker() {
    prints_while(
        &format!(
            "{COUNTED}p = pool 1\na = submit p job\nb = submit p job\nc = submit p job\nd = submit p job\nyield\ncancel c\nshutdown p\nprint $most $running"
        ),
        "1 0\n",
        &[],
    );
}

fn a_pool_that_was_shut_down_takes_no_more() {
    prints(
        "def w\nend\np = pool 1\nsubmit p w\nshutdown p\nexpect Usage submit p w\nexpect Usage pool 0\nprint ok",
        "ok\n",
    );
}

// --- cancel: nobody else is hurt ---

fn cancel_of_a_task_that_waits_for_a_lock() {
    prints_while(
        "m = lock\nacquire m\ndef w n\n  acquire m\n  print \"$n\"\n  release m\nend\na = spawn w a\nb = spawn w b\nc = spawn w c\nyield\n\
         cancel b\nrelease m\njoin c\nx = locked m\nprint $x",
        "[w-1] a\n[w-3] c\nfalse\n",
        &[],
    );
}

fn cancel_of_a_task_that_was_about_to_get_what_it_waits_for() {
    // The release, the put and the get have woken the first in line already: the second gets it.
    prints_while(
        "m = lock\nq = queue\nf = queue 1\nput f 0\nacquire m\ndef l n\n  acquire m\n  print \"$n\"\n  release m\nend\n\
         def g n\n  v = get q\n  print \"$n $v\"\nend\ndef p n\n  put f $n\n  print \"$n\"\nend\n\
         a = spawn l a\nb = spawn l b\nc = spawn g c\nd = spawn g d\ne = spawn p e\nf2 = spawn p f\nyield\n\
         release m\ncancel a\nput q 1\ncancel c\nget f\ncancel e\njoin b\njoin d\njoin f2\nx = get f\nprint $x",
        "[l-2] b\n[g-2] d 1\n[p-2] f\nf\n",
        &[],
    );
}

fn cancel_of_a_task_that_holds_locks_releases_them_to_the_next() {
    prints_while(
        "m = lock\nr = rlock\ns = semaphore 2\nf = semaphore 0\ne = event\ndef holder\n  acquire m\n  acquire r\n  acquire r\n  acquire s\n  acquire s\n  wait e\nend\n\
         def next_one\n  acquire m\n  acquire r\n  acquire s\n  acquire s\n  print has\n  release s\n  release s\n  release r\n  release m\nend\n\
         h = spawn holder\nn = spawn next_one\nyield\ncancel h\njoin n\nx = locked m\ny = locked r\nz = locked s\nprint $x $y $z",
        "[next_one-1] has\nfalse false false\n",
        &[],
    );
}

fn a_task_that_deals_with_its_cancellation_keeps_what_it_holds() {
    prints(
        "m = lock\ne = event\nf = event\ndef holder\n  acquire m\n  try\n    wait e\n  except Cancelled\n    wait f\n  end\n  release m\nend\n\
         h = spawn holder\nyield\ncancel h\nyield\nx = locked m\nset f\njoin h\ny = locked m\nprint $x $y",
        "true false\n",
    );
}

fn cancel_in_get_and_put() {
    prints_while(
        "q = queue 1\ndef g n\n  v = get q\n  print \"$n $v\"\nend\na = spawn g a\nb = spawn g b\nyield\ncancel a\nput q 1\njoin b\n\
         put q 2\ndef p n\n  put q $n\nend\nc = spawn p c\nd = spawn p d\nyield\ncancel c\nx = get q\njoin d\ny = get q\nz = empty q\nprint $x $y $z",
        "[g-2] b 1\n2 d true\n",
        &[],
    );
}

fn cancel_in_a_half_sent_sendall() {
    // The pair is as good as before: what was sent arrives, and the other direction works.
    prints(
        "l, r = socketpair\nlet big = \"x\" * 3000000\ndef w s\n  try\n    sendall s $big\n  except Cancelled\n    print gone\n  end\nend\n\
         t = spawn w $l\nyield\ncancel t\njoin t\nd = recv r 10\nprint \"$d\"\nsendall r hi\nd = recv l 5\nprint \"$d\"\n\
         shutdown l wr\nlet rest = 1\nlet total = 10\nwhile $rest\n  d = recv r 65536\n  rest = len $d\n  let total = $total + $rest\nend\n\
         assert $total > 10\nassert $total < 3000000",
        "[w-1] gone\nxxxxxxxxxx\nhi\n",
    );
}

fn cancel_in_join_and_sleep() {
    prints_while(
        "e = event\ndef w\n  wait e\n  print end\nend\ndef j t\n  join $t\n  print joined\nend\ndef s\n  sleep 3600\nend\n\
         t = spawn w\na = spawn j $t\nb = spawn j $t\nc = spawn s\nyield\ncancel a\ncancel c\nset e\njoin b\nx = is_alive a\ny = is_alive c\nprint $x $y",
        "[w-1] end\n[j-2] joined\nfalse false\n",
        &[],
    );
}

fn cancel_in_accept_and_recv() {
    prints_while(
        "s = create_server 127.0.0.1:0\nwhere = getsockname s\ndef a n\n  c, from = accept s\n  d = recv c 9\n  print \"$n $d\"\nend\n\
         t = spawn a first\nu = spawn a second\nyield\ncancel t\nc = create_connection $where\nsend c hi\njoin u\n\
         l, r = socketpair\ndef rd n\n  d = recv l 9\n  print \"$n $d\"\nend\nt = spawn rd third\nu = spawn rd fourth\nyield\ncancel t\nsend r ho\njoin u",
        "[a-2] second hi\n[rd-2] fourth ho\n",
        &[],
    );
}

fn cancel_of_a_task_that_has_not_begun_or_has_ended() {
    prints_while(
        "def w\n  print never\nend\nt = spawn w\ncancel t\njoin t\ncancel t\na = is_alive t\nprint $a",
        "false\n",
        &[],
    );
}

fn cancel_runs_finally_blocks() {
    prints_while(
        "e = event\ndef w\n  try\n    wait e\n  finally\n    print bye\n  end\nend\nt = spawn w\nyield\ncancel t\njoin t",
        "[w-1] bye\n",
        &[],
    );
}

// --- deadlocks ---

fn two_locks_in_opposite_order() {
    deadlock(
        "a = lock\nb = lock\ndef t x y\n  acquire x\n  yield\n  acquire y\nend\none = spawn t $a $b\ntwo = spawn t $b $a\njoin one",
        &[
            "the cycle: t-1 -> t-2 -> t-1",
            "t-1 at line 6, acquire y: holds a, waits for b, held by t-2",
            "t-2 at line 6, acquire y: holds b, waits for a, held by t-1",
            "main at line 10, join one: waits for the end of t-1",
        ],
    );
}

fn three_locks_in_a_ring() {
    deadlock(
        "a = lock\nb = lock\nc = lock\ndef t x y\n  acquire x\n  yield\n  acquire y\nend\nspawn t $a $b\nspawn t $b $c\nspawn t $c $a",
        &["the cycle: t-1 -> t-2 -> t-3 -> t-1", "t-3 at line 7, acquire y: holds c, waits for a, held by t-1"],
    );
}

fn one_s_own_lock() {
    deadlock(
        "m = lock\nacquire m\nacquire m",
        &["the cycle: main -> main", "main at line 3, acquire m: holds m, waits for m, held by main"],
    );
}

fn a_queue_that_nobody_fills_or_empties() {
    deadlock(
        "q = queue\ndef w\n  get q\nend\nt = spawn w\nv = get q",
        &[
            "main at line 6, v = get q: waits for an entry in the queue",
            "w-1 at line 3, get q: waits for an entry in the queue",
        ],
    );
    deadlock("q = queue 1\nput q 1\nput q 2", &["main at line 3, put q 2: waits for room in the queue"]);
    deadlock("q = queue\nput q 1\njoin q", &["main at line 3, join q: waits for task_done for every entry"]);
}

fn an_event_that_nobody_sets() {
    deadlock("e = event\nwait e", &["main at line 2, wait e: waits for an event"]);
}

fn tasks_that_join_each_other() {
    deadlock(
        "q = queue\ndef w\n  o = get q\n  join o\nend\nt = spawn w\nu = spawn w\nput q $u\nput q $t\njoin t",
        &["the cycle: w-1 -> w-2 -> w-1", "w-1 at line 4, join o: waits for the end of w-2"],
    );
    deadlock("me = current_task\njoin me", &[]);
}

fn a_lock_whose_holder_has_ended() {
    deadlock(
        "m = lock\ndef w\n  acquire m\nend\nt = spawn w\njoin t\nacquire m",
        &["main at line 7, acquire m: waits for m, held by a task that has ended"],
    );
}

fn a_job_that_waits_for_a_job_of_its_own_pool() {
    deadlock(
        "p = pool 1\ndef inner\nend\ndef outer\n  t = submit p inner\n  join t\nend\nt = submit p outer\njoin t",
        &["outer-1 at line 6, join t: waits for the end of inner-1"],
    );
}

fn tasks_that_are_left_when_the_main_task_has_ended() {
    deadlock("q = queue\ndef w\n  get q\nend\nspawn w", &["w-1 at line 3, get q: waits for an entry in the queue"]);
}

fn both_ends_of_a_connection_in_recv() {
    let ends = [
        "a, b = socketpair",
        "s = create_server 127.0.0.1:0\nw = getsockname s\na = create_connection $w\nb, x = accept s",
    ];
    for pair in ends {
        deadlock(&format!("{pair}\ndef w s\n  recv s 1\nend\nt = spawn w $a\nrecv b 1"), &[]);
    }
}

fn both_ends_of_a_connection_in_sendall() {
    let run = deadlock(
        "s = create_server 127.0.0.1:0\nw = getsockname s\na = create_connection $w\nb, x = accept s\nlet big = \"x\" * 20000000\n\
         def w s\n  sendall s $big\nend\nt = spawn w $a\nsendall b $big",
        &[
            "main at line 10, sendall b $big: waits for room to send on b",
            "w-1 at line 7, sendall s $big: waits for room to send on a",
        ],
    );
    assert!(run.err.starts_with("sendall: Deadlock: "), "{}", run.err);
}

fn a_deadlock_can_be_caught_and_left() {
    prints_while(
        "a = lock\nb = lock\ndef t x y\n  acquire x\n  yield\n  acquire y\n  print both\n  release y\n  release x\nend\n\
         one = spawn t $a $b\ntwo = spawn t $b $a\ntry\n  join one\nexcept Deadlock as e\n  print \"$e\"\nend\ncancel one\njoin two\n\
         x = locked a\ny = locked b\nprint $x $y",
        "Deadlock: no task can ever run again\n[t-2] both\nfalse false\n",
        &[],
    );
}

// --- no deadlocks ---

/// Nothing is said before the run's bound is over.
fn waits(text: &str) {
    let run = common::run(&["-q", "--timeout", "0.3", "-c", text]);
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
    prints("q = queue\ndef w\n  sleep 0.05\n  put q 5\nend\nspawn w\nv = get q\nprint $v", "5\n");
    prints("m = lock\nacquire m\nx = acquire m 0.05\nprint $x", "false\n");
    prints("a, b = socketpair\nsettimeout a 0.05\nexpect timeout recv a 1\nprint ok", "ok\n");
}

fn daemons_that_wait_for_ever_are_no_deadlock() {
    prints("q = queue\ndef w\n  get q\nend\nspawn -d w\nyield\nprint done", "done\n");
}

fn data_on_its_way_is_no_deadlock() {
    // Both ends read in turns, a thousand times.
    prints(
        "s = create_server 127.0.0.1:0\nw = getsockname s\na = create_connection $w\nb, x = accept s\n\
         def echo s\n  loop\n    d = recv s 1\n    if $d == \"\"\n      break\n    end\n    send s $d\n  end\nend\n\
         t = spawn echo $b\nrepeat 1000\n  send a x\n  d = recv a 1\nend\nclose a\njoin t\nprint ok",
        "ok\n",
    );
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
    prints(
        &format!(
            "q = queue\ndef w\n  c = create_connection {addr}\n  send c x\n  d = recv c 9\n  put q $d\nend\nspawn w\nv = get q\nprint \"$v\""
        ),
        "late\n",
    );
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
