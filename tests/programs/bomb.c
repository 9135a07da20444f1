// bomb N: N processes that ignore SIGTERM and are never the same: each forks its successor, in a session of its own, and
// ends, a thousand times a second. They begin together, when all are there, which is said: one that rolls already leaves the first
// process hardly any time to make the others. The first process stays.
#include "common.h"

static void roll(int64_t end, int start)
{
    // The end of the pipe: all processes exist.
    char none;
    if (read(start, &none, 1) < 0)
        fail("pipe");
    close(start);
    while (now_ms() < end) {
        sleep_ms(1);
        pid_t next = fork();
        // If there is no room for a process (EAGAIN), it stays and tries again.
        if (next > 0)
            _exit(0);
        if (next == 0)
            setsid();
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    deadline();
    int count = argc > 1 ? atoi(argv[1]) : 10;
    int64_t end = now_ms() + DEADLINE_SECONDS * 1000;
    signal(SIGTERM, SIG_IGN);
    int made = 0, start[2];
    if (pipe2(start, O_CLOEXEC) < 0)
        fail("pipe");
    while (made < count) {
        pid_t child = fork();
        if (child == 0) {
            close(start[1]);
            roll(end, start[0]);
        }
        if (child < 0)
            break;
        made++;
    }
    if (made == count)
        say("bomb is at full size");
    else
        say("bomb got no further than %d: %s", made, strerror(errno));
    close(start[0]);
    close(start[1]);
    for (;;)
        pause();
}
