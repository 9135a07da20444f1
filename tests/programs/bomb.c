// bomb N: N processes that ignore SIGTERM and are never the same: each forks its successor, in a session of its own, and
// ends, a thousand times a second. Says "bomb is at full size" when all are there. The first process stays.
#include "common.h"

static void roll(int64_t end)
{
    while (now_ms() < end) {
        sleep_ms(1);
        pid_t next = fork();
        // Where there is no room (EAGAIN) it stays and tries again.
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
    int made = 0;
    while (made < count) {
        pid_t child = fork();
        if (child == 0)
            roll(end);
        if (child < 0)
            break;
        made++;
    }
    if (made == count)
        say("bomb is at full size");
    else
        say("bomb got no further than %d: %s", made, strerror(errno));
    for (;;)
        pause();
}
