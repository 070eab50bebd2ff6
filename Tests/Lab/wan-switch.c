/* wan-switch: the wires between the lab's hosts, in user space.
 *
 * Each host's network card is a TAP device whose other end is a port of this Ethernet switch. Every
 * ordered pair of ports has a delay and a loss of its own and can be blocked. The kernel's netem
 * would do it too, where it is built in; here it need not be.
 *
 *   wan-switch serve SOCKET             runs, in the network namespace that shall own the devices
 *   wan-switch control SOCKET WORD ...  sends one command, prints the answer; exit 0 for "ok"
 *
 * Commands; A and B are ports, 0 to 255:
 *   add A NAME                    makes the TAP device NAME, as port A
 *   remove A                      forgets port A and its device
 *   set A B MICROSECONDS PPM      delay and loss from A to B, one way
 *   block A B, unblock A B        drops what goes from A to B, one way
 *   down A, up A                  cuts port A off, both ways
 *   statistics                    counters
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    PORTS = 256,
    LARGEST_FRAME = 65536,
    MOST_QUEUED = 200000,
    FRAMES_A_TURN = 64,   /* one busy port does not starve the others */
    CONTROL = 1000,       /* epoll's names for what is not a port */
    TIMER = 1001,
};

/* ---- paths */

struct path {
    uint32_t delay;       /* microseconds */
    uint32_t loss;        /* parts per million */
    bool blocked;
    uint64_t latest;      /* when the last frame arrives: a path keeps the order */
};
static struct path paths[PORTS][PORTS];
static bool cut_off[PORTS];
static int devices[PORTS];    /* -1: no such port */
static struct { uint64_t in, out, lost, blocked, overflowed; } count;

static uint64_t now(void) {   /* nanoseconds */
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* xorshift64: the loss must not repeat itself, no more. */
static uint64_t random_number(void) {
    static uint64_t state = 88172645463325252ull;
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* ---- frames under way: a heap by time of arrival, then by order of sending */

struct frame { uint64_t arrival, order; int to; size_t length; uint8_t *bytes; };
static struct frame *queue;
static size_t queued;

static bool before(const struct frame *a, const struct frame *b) {
    return a->arrival != b->arrival ? a->arrival < b->arrival : a->order < b->order;
}

static void enqueue(struct frame frame) {
    size_t at = queued++;
    while (at && before(&frame, &queue[(at - 1) / 2])) {
        queue[at] = queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue[at] = frame;
}

static struct frame dequeue(void) {
    struct frame first = queue[0], last = queue[--queued];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < queued) {
        if (child + 1 < queued && before(&queue[child + 1], &queue[child])) child++;
        if (!before(&queue[child], &last)) break;
        queue[at] = queue[child];
        at = child;
    }
    queue[at] = last;
    return first;
}

/* ---- which address is behind which port: one for each, as a host has one card */

static uint8_t addresses[PORTS][6];
static bool known[PORTS];

static int port_of(const uint8_t *address) {
    for (int port = 0; port < PORTS; port++)
        if (known[port] && !memcmp(addresses[port], address, 6)) return port;
    return -1;
}

static void learn(const uint8_t *address, int port) {
    if (address[0] & 1) return;   /* a group's address is nobody's */
    memcpy(addresses[port], address, 6);
    known[port] = true;
}

/* ---- forwarding */

static void deliver(int to, const uint8_t *bytes, size_t length) {
    if (devices[to] >= 0 && write(devices[to], bytes, length) == (ssize_t)length) count.out++;
}

static void forward(int from, int to, const uint8_t *bytes, size_t length, uint64_t time) {
    static uint64_t order;
    struct path *path = &paths[from][to];
    bool arp = bytes[12] == 0x08 && bytes[13] == 0x06;   /* local on a real WAN: never delayed */
    if (devices[to] < 0) return;
    if (path->blocked || cut_off[from] || cut_off[to]) { count.blocked++; return; }
    if (arp || (!path->delay && !path->loss)) { deliver(to, bytes, length); return; }
    if (random_number() % 1000000 < path->loss) { count.lost++; return; }
    struct frame frame = { time + 1000ull * path->delay, order++, to, length, NULL };
    if (frame.arrival < path->latest) frame.arrival = path->latest;
    if (queued == MOST_QUEUED || !(frame.bytes = malloc(length))) { count.overflowed++; return; }
    memcpy(frame.bytes, bytes, length);
    path->latest = frame.arrival;
    enqueue(frame);
}

static void remove_port(int port) {
    if (devices[port] >= 0) close(devices[port]);
    devices[port] = -1;
    known[port] = false;
}

static void receive(int port) {
    static uint8_t bytes[LARGEST_FRAME];
    for (int turn = 0; turn < FRAMES_A_TURN && devices[port] >= 0; turn++) {
        ssize_t length = read(devices[port], bytes, sizeof bytes);
        if (length < 0 && (errno == EAGAIN || errno == EIO)) return;   /* empty, or switched off */
        if (length < 0) { remove_port(port); return; }                 /* its namespace is gone */
        if (length < 14) continue;
        count.in++;
        learn(bytes + 6, port);
        int to = bytes[0] & 1 ? -1 : port_of(bytes);
        uint64_t time = now();
        if (to >= 0 && to != port) forward(port, to, bytes, (size_t)length, time);
        for (int other = 0; to < 0 && other < PORTS; other++)
            if (other != port) forward(port, other, bytes, (size_t)length, time);
    }
}

static void deliver_what_is_due(int timer) {
    struct itimerspec next = { 0 };
    for (uint64_t time = now(); queued && queue[0].arrival <= time;) {
        struct frame frame = dequeue();
        if (!cut_off[frame.to]) deliver(frame.to, frame.bytes, frame.length);
        free(frame.bytes);
    }
    if (queued) {
        next.it_value.tv_sec = (time_t)(queue[0].arrival / 1000000000u);
        next.it_value.tv_nsec = (long)(queue[0].arrival % 1000000000u);
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
}

/* ---- commands */

static void add_port(int port, const char *name, int epoll, char *answer, size_t size) {
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%.15s", name);
    if (device < 0 || ioctl(device, TUNSETIFF, &request) < 0) {
        snprintf(answer, size, "error: %s: %s\n", name, strerror(errno));
        if (device >= 0) close(device);
        return;
    }
    remove_port(port);
    cut_off[port] = false;
    devices[port] = device;
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = (uint32_t)port };
    epoll_ctl(epoll, EPOLL_CTL_ADD, device, &event);
}

static void obey(const char *line, int epoll, char *answer, size_t size) {
    char word[16] = "", name[32] = "";
    unsigned a = 0, b = 0, delay = 0, loss = 0;
    snprintf(answer, size, "ok\n");
    if (sscanf(line, "add %u %31s", &a, name) == 2 && a < PORTS) {
        add_port((int)a, name, epoll, answer, size);
    } else if (sscanf(line, "set %u %u %u %u", &a, &b, &delay, &loss) == 4
               && a < PORTS && b < PORTS) {
        paths[a][b] = (struct path){ .delay = delay, .loss = loss, .blocked = paths[a][b].blocked };
    } else if (sscanf(line, "%15s %u %u", word, &a, &b) == 3 && a < PORTS && b < PORTS
               && (!strcmp(word, "block") || !strcmp(word, "unblock"))) {
        paths[a][b].blocked = word[0] == 'b';
    } else if (sscanf(line, "%15s %u", word, &a) == 2 && a < PORTS
               && (!strcmp(word, "down") || !strcmp(word, "up"))) {
        cut_off[a] = word[0] == 'd';
    } else if (sscanf(line, "remove %u", &a) == 1 && a < PORTS) {
        remove_port((int)a);
    } else if (!strncmp(line, "statistics", 10)) {
        snprintf(answer, size, "ok in %lu out %lu lost %lu blocked %lu overflowed %lu queued %zu\n",
                 count.in, count.out, count.lost, count.blocked, count.overflowed, queued);
    } else {
        snprintf(answer, size, "error: not a command: %s\n", line);
    }
}

static void answer_one(int listener, int epoll) {
    char line[512], answer[600];
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) return;
    ssize_t length = read(client, line, sizeof line - 1);
    if (length > 0) {
        line[length] = 0;
        obey(line, epoll, answer, sizeof answer);
        if (write(client, answer, strlen(answer)) < 0) perror("wan-switch");
    }
    close(client);
}

/* ---- the two programs */

static int control(const struct sockaddr_un *address, int argc, char **argv) {
    char text[1024] = "";
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    for (int i = 3; i < argc; i++) {
        strncat(text, argv[i], sizeof text - strlen(text) - 2);
        strcat(text, " ");
    }
    if (connect(server, (const void *)address, sizeof *address)
        || write(server, text, strlen(text)) < 0) {
        perror("wan-switch");
        return 1;
    }
    ssize_t length = read(server, text, sizeof text - 1);
    text[length > 0 ? length : 0] = 0;
    fputs(text, stdout);
    return strncmp(text, "ok", 2) != 0;
}

static int serve(const struct sockaddr_un *address) {
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event listening = { .events = EPOLLIN, .data.u32 = CONTROL };
    struct epoll_event ticking = { .events = EPOLLIN, .data.u32 = TIMER };
    queue = malloc(sizeof *queue * MOST_QUEUED);
    for (int port = 0; port < PORTS; port++) devices[port] = -1;
    signal(SIGPIPE, SIG_IGN);
    unlink(address->sun_path);
    if (!queue || bind(listener, (const void *)address, sizeof *address) || listen(listener, 64)
        || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &listening)
        || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &ticking)) {
        perror("wan-switch");
        return 1;
    }
    for (;;) {
        struct epoll_event events[64];
        uint64_t ticks;
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            uint32_t source = events[i].data.u32;
            if (source == CONTROL) answer_one(listener, epoll);
            else if (source == TIMER) { if (read(timer, &ticks, sizeof ticks) < 0) continue; }
            else receive((int)source);
        }
        deliver_what_is_due(timer);
    }
}

int main(int argc, char **argv) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (argc < 3 || strlen(argv[2]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: wan-switch serve SOCKET | wan-switch control SOCKET WORD ...\n");
        return 2;
    }
    strcpy(address.sun_path, argv[2]);
    return strcmp(argv[1], "control") ? serve(&address) : control(&address, argc, argv);
}
