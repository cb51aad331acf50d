# The workloads in Perl: peers.pl NAME N. What it does not have ends with status 3.
use strict;
use warnings;
use Socket;

my ($name, $n) = @ARGV;

sub bound {
    my ($kind) = @_;
    socket(my $s, AF_INET, $kind, 0) or die;
    bind($s, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die;
    listen($s, 1024) or die if $kind == SOCK_STREAM;
    return $s, getsockname($s);
}

sub pair {
    my ($srv, $at) = bound(SOCK_STREAM);
    socket(my $a, AF_INET, SOCK_STREAM, 0) or die;
    connect($a, $at) or die;
    accept(my $b, $srv) or die;
    return $a, $b;
}

sub same { return $_[0] }

my %all = (
    start => sub { socket(my $s, AF_INET, SOCK_STREAM, 0) or die },
    pingpong => sub {
        my ($a, $b) = pair();
        my ($m, $d) = ("x" x 64);
        for (1 .. $n) {
            send($a, $m, 0);
            recv($b, $d, 64, 0);
            send($b, $d, 0);
            recv($a, $d, 64, 0);
        }
    },
    calls => sub {
        for (1 .. $n) {
            socket(my $s, AF_INET, SOCK_STREAM, 0);
            setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
            my $a = getsockname($s);
            close($s);
        }
    },
    churn => sub {
        my ($srv, $at) = bound(SOCK_STREAM);
        for (1 .. $n) {
            socket(my $a, AF_INET, SOCK_STREAM, 0);
            connect($a, $at) or die;
            accept(my $b, $srv) or die;
            close($a);
            close($b);
        }
    },
    udp => sub {
        my ($a, $at) = bound(SOCK_DGRAM);
        socket(my $b, AF_INET, SOCK_DGRAM, 0);
        my ($m, $d) = ("x" x 64);
        for (1 .. $n) {
            send($b, $m, 0, $at);
            my $from = recv($a, $d, 64, 0);
        }
    },
    getsockname => sub {
        my ($s) = bound(SOCK_DGRAM);
        for (1 .. $n) { my $a = getsockname($s) }
    },
    echo => sub {
        socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die;
        my ($m, $d) = ("x" x 64);
        send($a, $m, 0) for 1 .. 50;
        for (1 .. $n) {
            recv($b, $d, 64, 0);
            send($a, $d, 0);
        }
    },
    add => sub {
        my $k = 0;
        for (1 .. $n) { $k = $k + 1 }
    },
    branch => sub {
        my ($i, $even) = (0, 0);
        while ($i < $n) {
            $even = $even + 1 if $i % 2 == 0;
            $i = $i + 1;
        }
    },
    def => sub {
        for (1 .. $n) { my $y = same(1) }
    },
    pack => sub {
        for (1 .. $n) { my $b = pack("C n N", 1, 2, 3) }
    },
    encode => sub {
        require utf8;
        my $t = "hello, \x{9ed1}\x{9a6c}";
        for (1 .. $n) { my $b = $t; utf8::encode($b) }
    },
    linesock => sub {
        require IO::Handle;
        socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die;
        my $lines = "0123456789012345678901234567890\n" x 100;
        for (1 .. $n) {
            syswrite($a, $lines);
            for (1 .. 100) { my $l = readline($b) }
        }
    },
    linefile => sub {
        my $path = "/tmp/sockpit-peers-lines";
        open(my $f, ">", $path) or die;
        print $f "0123456789012345678901234567890\n" x 100;
        close($f);
        for (1 .. $n) {
            open($f, "<", $path) or die;
            for (1 .. 100) { my $l = readline($f) }
            close($f);
        }
        unlink($path);
    },
);
exit 3 unless $all{$name};
$all{$name}->();
