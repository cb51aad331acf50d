/* The workloads in C: peers NAME N. What it does not have ends with status 3. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(int holds, const char *what) {
  if (!holds) {
    perror(what);
    exit(1);
  }
}

static int bound(int kind, struct sockaddr_in *at) {
  socklen_t len = sizeof *at;
  int s = socket(AF_INET, kind | SOCK_CLOEXEC, 0);
  memset(at, 0, sizeof *at);
  at->sin_family = AF_INET;
  at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(bind(s, (void *)at, sizeof *at) == 0, "bind");
  if (kind == SOCK_STREAM) must(listen(s, 1024) == 0, "listen");
  must(getsockname(s, (void *)at, &len) == 0, "getsockname");
  return s;
}

static void pair(int *a, int *b) {
  struct sockaddr_in at;
  int srv = bound(SOCK_STREAM, &at);
  *a = socket(AF_INET, SOCK_STREAM, 0);
  must(connect(*a, (void *)&at, sizeof at) == 0, "connect");
  *b = accept(srv, 0, 0);
}

static void nonblocking(int s) { fcntl(s, F_SETFL, O_NONBLOCK); }

static void pingpong(long n) {
  char m[64] = "", d[64];
  int a, b;
  pair(&a, &b);
  while (n--) {
    must(send(a, m, 64, 0) == 64, "send");
    must(recv(b, d, 64, 0) == 64, "recv");
    must(send(b, d, 64, 0) == 64, "send");
    must(recv(a, d, 64, 0) == 64, "recv");
  }
}

static void calls(long n) {
  struct sockaddr_in at;
  while (n--) {
    socklen_t len = sizeof at;
    int on = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    getsockname(s, (void *)&at, &len);
    close(s);
  }
}

static void churn(long n) {
  struct sockaddr_in at;
  int srv = bound(SOCK_STREAM, &at);
  while (n--) {
    int a = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), b;
    must(connect(a, (void *)&at, sizeof at) == 0, "connect");
    b = accept4(srv, 0, 0, SOCK_CLOEXEC);
    must(b >= 0, "accept");
    close(a);
    close(b);
  }
}

static void udp(long n) {
  struct sockaddr_in at, from;
  char m[64] = "";
  int a = bound(SOCK_DGRAM, &at), b = socket(AF_INET, SOCK_DGRAM, 0);
  while (n--) {
    socklen_t len = sizeof from;
    sendto(b, m, 64, 0, (void *)&at, sizeof at);
    must(recvfrom(a, m, 64, 0, (void *)&from, &len) == 64, "recvfrom");
  }
}

static void sockname(long n) {
  struct sockaddr_in at;
  int s = bound(SOCK_DGRAM, &at);
  while (n--) {
    socklen_t len = sizeof at;
    getsockname(s, (void *)&at, &len);
  }
}

static void echo(long n) {
  char m[64] = "";
  int p[2], i;
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0, "socketpair");
  for (i = 0; i < 50; i++) send(p[0], m, 64, 0);
  while (n--) {
    must(recv(p[1], m, 64, 0) == 64, "recv");
    must(send(p[0], m, 64, 0) == 64, "send");
  }
}

/* Send `left` bytes of pieces of `size`, and receive them at the other end when there is no room. */
static void both(int a, int b, size_t left, size_t size) {
  char *out = calloc(1, size), *in = malloc(1 << 18);
  size_t coming = left;
  nonblocking(a);
  nonblocking(b);
  while (coming) {
    ssize_t sent = left ? send(a, out, left < size ? left : size, 0) : -1, got;
    if (sent > 0) {
      left -= sent;
      continue;
    }
    got = recv(b, in, 1 << 18, 0);
    if (got > 0) coming -= got;
  }
}

static void bulk(long n) {
  int a, b;
  pair(&a, &b);
  both(a, b, (size_t)n << 16, 1 << 16);
}

static void bulk_mib(long n) {
  int a, b;
  pair(&a, &b);
  both(a, b, (size_t)n << 20, 1 << 20);
}

static void lines(FILE *f, long n) {
  char line[100];
  while (n--) must(fgets(line, sizeof line, f) != 0, "fgets");
}

static const char LINE[] = "0123456789012345678901234567890\n";

static void linesock(long n) {
  char all[3201] = "";
  int p[2], i;
  FILE *f;
  for (i = 0; i < 100; i++) memcpy(all + 32 * i, LINE, 32);
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0, "socketpair");
  f = fdopen(p[1], "r");
  while (n--) {
    must(write(p[0], all, 3200) == 3200, "write");
    lines(f, 100);
  }
}

static void linefile(long n) {
  const char *path = "/tmp/sockpit-peers-lines";
  FILE *f = fopen(path, "w");
  int i;
  for (i = 0; i < 100; i++) fputs(LINE, f);
  fclose(f);
  while (n--) {
    f = fopen(path, "r");
    lines(f, 100);
    fclose(f);
  }
  unlink(path);
}

/* What has no system call is kept from being left out. */
static volatile long kept;

static void add(long n) {
  while (n--) kept = kept + 1;
}

static void branch(long n) {
  volatile long i = 0, even = 0;
  while (i < n) {
    if (i % 2 == 0) even = even + 1;
    i = i + 1;
  }
}

static __attribute__((noinline)) long same(long x) {
  kept = x;
  return x;
}

static void def(long n) {
  while (n--) kept = same(1);
}

static void pack(long n) {
  while (n--) {
    unsigned char b[7] = {1};
    uint16_t two = htons(2);
    uint32_t three = htonl(3);
    memcpy(b + 1, &two, 2);
    memcpy(b + 3, &three, 4);
    kept = b[6];
  }
}

static void server(void) {
  struct sockaddr_in at;
  struct epoll_event e = {EPOLLIN, {0}}, events[128];
  static char d[65536];
  int srv = bound(SOCK_STREAM, &at), ep = epoll_create1(0), i, n;
  printf("127.0.0.1:%d\n", ntohs(at.sin_port));
  fflush(stdout);
  e.data.fd = srv;
  epoll_ctl(ep, EPOLL_CTL_ADD, srv, &e);
  for (;;) {
    n = epoll_wait(ep, events, 128, -1);
    for (i = 0; i < n; i++) {
      int s = events[i].data.fd;
      if (s == srv) {
        e.data.fd = accept(srv, 0, 0);
        epoll_ctl(ep, EPOLL_CTL_ADD, e.data.fd, &e);
      } else {
        ssize_t len = recv(s, d, sizeof d, 0);
        if (len <= 0)
          close(s);
        else
          send(s, d, len, 0);
      }
    }
  }
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(long);
  } all[] = {{"pingpong", pingpong}, {"calls", calls},       {"churn", churn},       {"udp", udp},
             {"getsockname", sockname}, {"echo", echo},      {"bulk", bulk},         {"waitall", bulk_mib},
             {"sendall", bulk_mib},  {"linesock", linesock}, {"linefile", linefile}, {"add", add},
             {"branch", branch},     {"def", def},           {"pack", pack}};
  size_t i;
  if (argc != 3) return 2;
  if (!strcmp(argv[1], "start")) return socket(AF_INET, SOCK_STREAM, 0) < 0;
  if (!strcmp(argv[1], "server")) server();
  for (i = 0; i < sizeof all / sizeof *all; i++)
    if (!strcmp(argv[1], all[i].name)) {
      all[i].run(atol(argv[2]));
      return 0;
    }
  return 3;
}
