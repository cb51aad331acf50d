# The workloads in Tcl: peers.tcl NAME N. What it does not have ends with status 3.
lassign $argv name n

proc accepted {s host port} { set ::b $s }

proc both {} {
  set srv [socket -server accepted -myaddr 127.0.0.1 0]
  set a [socket 127.0.0.1 [lindex [fconfigure $srv -sockname] 2]]
  vwait ::b
  foreach s [list $a $::b] { fconfigure $s -translation binary -buffering none }
  return [list $a $::b]
}

proc same {x} { return $x }

proc run_start {n} { socket -server accepted -myaddr 127.0.0.1 0 }

proc run_pingpong {n} {
  lassign [both] a b
  set m [string repeat x 64]
  for {set i 0} {$i < $n} {incr i} {
    puts -nonewline $a $m
    set d [read $b 64]
    puts -nonewline $b $d
    set d [read $a 64]
  }
}

proc run_add {n} {
  set k 0
  for {set i 0} {$i < $n} {incr i} { set k [expr {$k + 1}] }
}

proc run_branch {n} {
  set i 0
  set even 0
  while {$i < $n} {
    if {$i % 2 == 0} { set even [expr {$even + 1}] }
    set i [expr {$i + 1}]
  }
}

proc run_def {n} {
  for {set i 0} {$i < $n} {incr i} { set y [same 1] }
}

proc give {} {
  yield
  while 1 { yield 1 }
}

proc run_coroutine {n} {
  coroutine c give
  for {set i 0} {$i < $n} {incr i} { set v [c] }
}

proc run_pack {n} {
  for {set i 0} {$i < $n} {incr i} { set b [binary format cSI 1 2 3] }
}

proc run_encode {n} {
  set t "hello, \u9ed1\u9a6c"
  for {set i 0} {$i < $n} {incr i} { set b [encoding convertto utf-8 $t] }
}

proc run_linefile {n} {
  set path /tmp/sockpit-peers-lines
  set f [open $path w]
  puts -nonewline $f [string repeat "0123456789012345678901234567890\n" 100]
  close $f
  for {set i 0} {$i < $n} {incr i} {
    set f [open $path]
    for {set k 0} {$k < 100} {incr k} { set l [gets $f] }
    close $f
  }
  file delete $path
}

if {[info procs run_$name] eq ""} { exit 3 }
run_$name $n
